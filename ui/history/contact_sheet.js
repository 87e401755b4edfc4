export default function ({ parentElement, data, setTriggerValue }) {
  const sheet = parentElement.querySelector("ul")
  const shown = JSON.stringify(data)
  if (sheet.dataset.shown === shown) return
  sheet.dataset.shown = shown
  sheet.replaceChildren(...data.pictures.map(({ run, page, picture, words }) => {
    const image = document.createElement("img")
    image.loading = "lazy"
    image.decoding = "async"
    image.alt = ""
    image.src = picture
    const caption = document.createElement("span")
    caption.textContent = words
    const link = document.createElement("a")
    link.href = page
    link.title = words
    link.append(image, caption)
    link.onclick = (event) => {
      if (event.ctrlKey || event.metaKey || event.shiftKey) return
      event.preventDefault()
      setTriggerValue("opened", run)
    }
    const item = document.createElement("li")
    item.append(link)
    return item
  }))
}
