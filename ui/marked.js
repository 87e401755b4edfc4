// Draws a text piece by piece; every text goes in through textContent.

export default function ({ parentElement, data }) {
  parentElement.querySelector("section").replaceChildren(...data.pieces.map(([look, text, words]) => {
    if (!look) return document.createTextNode(text)
    const piece = document.createElement(text ? "mark" : "span")
    piece.className = look
    piece.textContent = text
    const said = document.createElement("small")
    said.textContent = words
    piece.append(said)
    return piece
  }))
}
