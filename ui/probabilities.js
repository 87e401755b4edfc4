// Draws tokens in slices, so that thousands do not hold the page, and one panel for whichever is asked about.
// Every text goes in through textContent.

const SLICE = 250  // tokens drawn without a break
const SIGNS = { " ": "␣", "\n": "↵", "\t": "⇥" }

const make = (tag, name = "", text = "") => {
  const element = document.createElement(tag)
  element.className = name
  element.textContent = text
  return element
}
const percent = (share) => {
  const value = share * 100
  if (value < 0.01) return "under 0.01 %"
  return `${value >= 10 ? Math.round(value) : Number(value.toPrecision(2))} %`
}
const quoted = (text) => (text ? `“${text.replace(/^\s+|\s+$/g, (ends) => ends.replace(/\s/g, (s) => SIGNS[s] ?? s))}”`
  : "the end of the text")

export default function ({ parentElement, data, setTriggerValue }) {
  const root = parentElement.querySelector("section")
  root.branch = (token, alternative) => setTriggerValue("branch", [token, alternative])
  if (root.dataset.id === data.id) return
  root.dataset.id = data.id
  root.replaceChildren()
  if (data.looks) return explain(root, data.looks)

  const text = make("div", "text")
  text.setAttribute("role", "group")
  text.setAttribute("aria-label",
    "Answer, token by token. Arrow keys move, Enter shows what else could have stood there.")
  const panel = make("div", "panel")
  panel.hidden = true
  panel.tabIndex = -1  // a press beside its buttons leaves the focus inside
  panel.setAttribute("role", "dialog")
  panel.setAttribute("aria-label", "What could have stood here")
  root.append(text, panel)

  const spans = []
  draw(root, text, spans, data)
  listen(root, text, panel, spans, data)
}

function explain(root, looks) {
  const legend = make("ul", "legend")
  legend.append(...looks.map((words, look) => {
    const item = make("li")
    const sample = make("span", `token look${look}`, "abc")
    sample.ariaHidden = "true"
    item.append(sample, words)
    return item
  }))
  root.append(make("p", "hint", "How likely each token was. Press one to see what else could have stood there."),
    legend)
}

function draw(root, text, spans, data) {
  let part = make("div", "part")
  part.append(data.said)
  text.append(part)
  const slice = () => {
    if (root.dataset.id !== data.id || !root.isConnected) return
    const end = Math.min(spans.length + SLICE, data.tokens.length)
    while (spans.length < end) {
      if (!part) text.append((part = make("div", "part")))
      const [shown, bytes, look] = data.tokens[spans.length]
      const line = shown.indexOf("\n")
      const span = make("span", `token look${look}`, bytes || (line < 0 ? shown : shown.slice(0, line)))
      span.at = spans.length
      if (bytes) span.classList.add("bytes")
      else if (line >= 0) span.append(make("i", "line"), shown.slice(line))
      if (spans.length === 0) span.tabIndex = 0
      spans.push(span)
      part.append(span, ...(bytes ? [shown] : []))
      if (shown.endsWith("\n") && part.childNodes.length >= SLICE / 2) part = null  // only where a line ends
    }
    if (end < data.tokens.length) setTimeout(slice)
    else if (data.rest) (part ?? text).append(data.rest)
  }
  slice()
}

function listen(root, text, panel, spans, data) {
  let open = null  // the token whose panel stands there
  let held = false  // opened to stay, by a press
  let timer = 0
  const later = (act, ms) => { clearTimeout(timer); timer = setTimeout(act, ms) }

  const close = () => {
    clearTimeout(timer)
    open?.removeAttribute("aria-expanded")
    open = null
    held = false
    panel.hidden = true
  }
  const show = (span) => {
    clearTimeout(timer)
    if (open === span) return
    close()
    open = span
    span.setAttribute("aria-expanded", "true")
    fill(panel, span.at, data, (alternative) => { root.branch(span.at, alternative); close() })
    panel.hidden = false
    const inside = root.getBoundingClientRect()
    const at = span.getClientRects()[0] ?? span.getBoundingClientRect()
    const left = Math.min(at.left - inside.left, inside.width - panel.offsetWidth)
    panel.style.left = `${Math.max(0, left)}px`
    panel.style.top = `${at.bottom - inside.top + 2}px`
  }
  const hold = (span) => {
    show(span)
    held = true
    panel.scrollIntoView({ block: "nearest" })
  }
  const focus = (span) => {
    text.querySelector('[tabindex="0"]')?.setAttribute("tabindex", "-1")
    span.tabIndex = 0
    span.focus()
  }
  const token = (event) => event.target.closest?.(".token")

  text.onpointerover = (event) => {
    const span = event.pointerType === "mouse" && !held && token(event)
    if (span) later(() => show(span), 60)
  }
  text.onpointerout = panel.onpointerleave = (event) => {
    if (event.pointerType === "mouse" && !held && !panel.contains(event.relatedTarget)) later(close, 250)
  }
  panel.onpointerenter = () => clearTimeout(timer)
  text.onclick = (event) => {
    const span = token(event)
    if (!span || getSelection()?.toString()) return
    const again = open === span && held
    focus(span)
    if (again) return close()
    hold(span)
  }
  text.addEventListener("focusin", (event) => {
    const span = token(event)
    if (!span) return
    span.setAttribute("role", "button")
    span.setAttribute("aria-label", label(data.tokens[span.at]))
    if (span.matches(":focus-visible")) show(span)
  })
  root.addEventListener("focusout", (event) => { if (!root.contains(event.relatedTarget)) close() })
  text.onkeydown = (event) => {
    const span = token(event)
    if (!span) return
    const to = {
      ArrowRight: () => spans[span.at + 1],
      ArrowLeft: () => spans[span.at - 1],
      ArrowDown: () => onLine(spans, span, 1),
      ArrowUp: () => onLine(spans, span, -1),
      Home: () => spans[0],
      End: () => spans.at(-1),
    }[event.key]
    if (to) focus(to() ?? span)
    else if (event.key === "Enter" || event.key === " ") {
      hold(span)
      panel.querySelector("button")?.focus()
    } else if (event.key === "Escape" && open) close()
    else return
    event.preventDefault()
    event.stopPropagation()
  }
  panel.onkeydown = (event) => {
    const buttons = [...panel.querySelectorAll("button")]
    const at = buttons.indexOf(event.target)
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key]
    if (step) buttons.at((at + step) % buttons.length)?.focus()
    else if (event.key === "Escape") {
      const span = open
      close()
      focus(span)
      close()
    } else return
    event.preventDefault()
    event.stopPropagation()
  }
}

// The token of the line above or below that stands nearest.
function onLine(spans, from, step) {
  const start = from.getBoundingClientRect()
  let found, line
  for (let at = from.at + step; spans[at]; at += step) {
    const box = spans[at].getBoundingClientRect()
    if (Math.abs(box.top - start.top) < 4) continue
    line ??= box.top
    if (Math.abs(box.top - line) > 4) break
    if (!found || Math.abs(box.left - start.left) < Math.abs(found.getBoundingClientRect().left - start.left))
      found = spans[at]
  }
  return found
}

function label([shown, bytes, , share, alternatives]) {
  const name = bytes ? `bytes ${bytes}` : quoted(shown)
  const likely = share === null ? "probability not reported" : percent(share)
  return `${name}, ${likely}, ${alternatives.length} listed`
}

function fill(panel, at, data, choose) {
  const [shown, bytes, , share, alternatives, own] = data.tokens[at]
  const name = bytes ? `Bytes ${bytes}, part of a character` : quoted(shown)
  const likely = share === null ? "no probability reported" : percent(share)
  const outside = alternatives.length > 0 && (own < 0 || own >= data.asked)
  const head = make("p", "", `${name}: ${likely}${outside ? `, not among the ${data.asked} likeliest` : ""}`)

  const list = make("ol")
  list.append(...alternatives.map(([word, part, place], rank) => {
    const item = make("li", rank === own ? "own" : "")
    const offered = place >= 0 && rank !== own
    const option = make(offered ? "button" : "div", "option")
    option.style.setProperty("--share", part)
    option.append(make("span", "word", `${rank === own ? "✓ " : ""}${quoted(word)}`),
      make("span", "share", `${percent(part)}${rank === own ? " chosen" : ""}`))
    if (offered) {
      option.type = "button"
      option.setAttribute("aria-label", `Go on from ${quoted(word)}, ${percent(part)}`)
      option.onclick = () => choose(place)
    }
    item.append(option)
    return item
  }))

  const covered = alternatives.reduce((sum, [, part]) => sum + part, 0)
  const words = alternatives.length
    ? `${percent(Math.min(1, covered))} covered by the ${alternatives.length} shown.`
      + (list.querySelector("button") ? " Choose one to go on from there." : "")
    : "The service reported no alternatives here."
  panel.replaceChildren(head, list, make("p", "", words))
}
