import { readFileSync } from 'node:fs'
import { startServer } from '../../../test/support/server.ts'
import { bundleForm, renderForm } from '../support/form.ts'
import { LAN_HOST } from './_browser.ts'

const CLIENT = `import { hydrateRoot } from 'react-dom/client'
  hydrateRoot(document.getElementById('form'), form(new URLSearchParams(location.search).get('api')))`

/** A page with the form, rendered on the server and hydrated by a script. `?api=` names the API. */
export async function startFormPage(api: string) {
  const html = await renderForm()
  const script = await bundleForm(CLIENT)
  const style = readFileSync(new URL('../../SignUpForm.css', import.meta.url), 'utf8')
  const requests: { method: string; url: string; referer: string }[] = []
  let mayLoadScript = Promise.resolve()

  const server = await startServer(async ({ method = '', url = '', headers }, response) => {
    requests.push({ method, url, referer: headers.referer ?? '' })
    if (url === '/form.js') {
      await mayLoadScript
      response.writeHead(200, { 'content-type': 'text/javascript; charset=utf-8' }).end(script)
      return
    }
    response.writeHead(200, { 'content-type': 'text/html; charset=utf-8' }).end(`<!doctype html>
      <html lang="en"><title>Sign up</title><meta name="viewport" content="width=device-width">
      <link rel="icon" href="data:,"><style>:root { color-scheme: light dark }${style}</style><script type="module" src="/form.js"></script>
      <main><h1>Sign up</h1><div id="form">${html}</div></main></html>`)
  })
  const path = `/?api=${encodeURIComponent(api)}`
  return {
    url: server.url + path,
    lanUrl: `http://${LAN_HOST}:${server.port}${path}`,
    urlFor: (otherApi: string) => `${server.url}/?api=${encodeURIComponent(otherApi)}`,
    /** Every request to this server, as an access log has it. */
    requests,
    /** Keeps the script back until the function that this returns is called. */
    holdScript(): () => void {
      const { promise, resolve } = Promise.withResolvers<void>()
      mayLoadScript = promise
      return resolve
    },
    stop: server.stop,
  }
}
