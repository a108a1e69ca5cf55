// Adds comfort to pages that already work without it: double-click protection, a folding menu, focus on errors.
import { initAll, isSupported } from './govuk-frontend.min.js'

document.body.classList.add('js-enabled')
// The library's own guard looks for this class; its template sets it inline, which our content security policy forbids.
if ('noModule' in HTMLScriptElement.prototype) {
  document.body.classList.add('govuk-frontend-supported')
}
if (isSupported()) {
  initAll()
}
