// Puts a button and, once it is pressed, our page in a frame into any website:
// <script src="https://our.host/chat/embed.js" data-deputy="bd-001" defer></script>
;(() => {
  const words = 'words'
  const script = document.currentScript
  const { deputy, station, label } = script.dataset
  const address = new URL('/chat', script.src)
  if (deputy) address.searchParams.set('d', deputy)
  else if (station) address.searchParams.set('s', station)

  const narrow = matchMedia('(max-width: 30rem), (max-height: 30rem)')
  // Set one by one: a site's own policy may forbid style attributes and style sheets of others.
  const dress = (element, styles) =>
    Object.entries(styles).forEach(([name, value]) => element.style.setProperty(name, value))
  const button = document.createElement('button')
  const box = document.createElement('div')
  let frame = null

  button.type = 'button'
  button.setAttribute('aria-expanded', 'false')
  dress(button, {
    position: 'fixed',
    right: '16px',
    bottom: '16px',
    'z-index': '2147483647',
    'min-height': '48px',
    padding: '8px 18px',
    font: '600 16px/1.3 system-ui, sans-serif',
    color: '#fff',
    background: '#0b4f9e',
    border: '2px solid #fff',
    'border-radius': '24px',
    cursor: 'pointer',
  })
  const place = () =>
    dress(box, {
      position: 'fixed',
      'z-index': '2147483646',
      background: '#fff',
      border: narrow.matches ? '0' : '1px solid #878e99',
      right: narrow.matches ? '0' : '16px',
      bottom: narrow.matches ? '72px' : '80px',
      top: narrow.matches ? '0' : 'auto',
      width: narrow.matches ? '100%' : '400px',
      height: narrow.matches ? 'auto' : 'min(640px, calc(100vh - 96px))',
    })

  function show(open) {
    if (open && !frame) {
      frame = document.createElement('iframe')
      frame.title = words.title
      frame.src = address.href
      frame.referrerPolicy = 'no-referrer'
      dress(frame, { width: '100%', height: '100%', border: '0', display: 'block' })
      box.append(frame)
    }
    box.hidden = !open
    box.style.setProperty('display', open ? 'block' : 'none')
    button.textContent = open ? words.close : label || words.open
    button.setAttribute('aria-expanded', String(open))
    if (open) frame.focus()
    else button.focus()
  }

  button.addEventListener('click', () => show(box.hidden))
  addEventListener('keydown', ({ key }) => {
    if (key === 'Escape' && !box.hidden) show(false)
  })
  narrow.addEventListener('change', place)

  const begin = () => {
    place()
    box.hidden = true
    box.style.setProperty('display', 'none')
    button.textContent = label || words.open
    // The frame before the button in the order of tabs: what was opened comes first.
    document.body.append(box, button)
  }
  if (document.body) begin()
  else addEventListener('DOMContentLoaded', begin)
})()
