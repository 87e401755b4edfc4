export default function ({ parentElement, data }) {
  const button = parentElement.querySelector("button")
  const say = (word) => {
    button.textContent = word
    setTimeout(() => { button.textContent = data.label }, 1500)
  }
  button.textContent = data.label
  const byHand = () => {  // without https the clipboard is only open to a selection
    const area = document.createElement("textarea")
    area.value = data.text
    document.body.append(area)
    area.select()
    const copied = document.execCommand("copy")
    area.remove()
    button.focus()
    return copied
  }
  button.onclick = async () => {
    try {
      await navigator.clipboard.writeText(data.text)
      say("Copied")
    } catch {
      say(byHand() ? "Copied" : "Select and copy by hand")
    }
  }
}
