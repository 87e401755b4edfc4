// Draws a text piece by piece; every text goes in through textContent.

export default function ({ parentElement, data }) {
  const section = parentElement.querySelector("section")
  section.className = data.side
  section.replaceChildren(data.said, ...data.pieces.map(([look, text, words]) => {
    const piece = document.createElement(look && text ? "mark" : "span")
    piece.className = look || "plain"
    if (!look) {
      piece.textContent = text
      return piece
    }
    const end = text.trimEnd().length  // the words stand on the line of the text
    const said = document.createElement("small")
    said.textContent = words
    piece.append(text.slice(0, end), said, text.slice(end))
    return piece
  }))
}
