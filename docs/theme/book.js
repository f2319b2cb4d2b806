// Two things that keyboards and screen readers need and the theme leaves out.
const mend = () => {
  // a formula or table that scrolls must be reachable without a mouse
  for (const box of document.querySelectorAll("math[display=block], .md-typeset__scrollwrap")) {
    if (box.scrollWidth > box.clientWidth) box.tabIndex = 0
    else box.removeAttribute("tabindex")
  }
  // the theme wraps each copy button in a landmark without a name
  for (const nav of document.querySelectorAll("nav.md-code__nav:not([role])")) nav.setAttribute("role", "none")
}
addEventListener("load", mend)
addEventListener("resize", mend)
new MutationObserver(mend).observe(document.body, {childList: true, subtree: true})
