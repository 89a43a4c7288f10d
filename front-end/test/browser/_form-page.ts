import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { build } from 'esbuild'
import { startServer } from '../../../test/support/server.ts'
import { bundleForm, renderForm } from '../support/form.ts'
import { LAN_HOST } from './_browser.ts'

const CLIENT = `import { hydrateRoot } from 'react-dom/client'
  const root = hydrateRoot(document.getElementById('form'), form(new URLSearchParams(location.search).get('api')))
  globalThis.useUrl = (url) => root.render(form(url))
  globalThis.leave = () => root.unmount()`
const FOLDER = join(import.meta.dirname, '../..')
const read = (name: string) => readFileSync(join(FOLDER, name), 'utf8')

/** Two pages with a form, of React at / and the plain one at /plain. `?api=` names the API. */
export async function startFormPages() {
  const html = await renderForm()
  const plain = await build({ entryPoints: [join(FOLDER, 'signup.ts')], write: false, format: 'esm' })
  const files: Record<string, [type: string, text: string]> = {
    '/form.js': ['text/javascript', await bundleForm(CLIENT)],
    '/signup.js': ['text/javascript', String(plain.outputFiles[0]?.text)],
    '/signup.css': ['text/css', read('signup.css')],
  }
  const requests: { method: string; url: string; referer: string }[] = []
  let mayLoadScript = Promise.resolve()

  const server = await startServer(async ({ method = '', url = '', headers }, response) => {
    requests.push({ method, url, referer: headers.referer ?? '' })
    const [path = '', query] = url.split('?')
    const [type, text] = files[path] ?? ['text/html', '']
    response.writeHead(200, { 'content-type': `${type}; charset=utf-8` })
    if (path === '/form.js') await mayLoadScript
    if (text) response.end(text)
    else if (path === '/plain') {
      const api = new URLSearchParams(query).get('api')
      response.end(read('plain.html').replace('YOUR_SIGNUP_URL', String(api)))
    } else {
      response.end(`<!doctype html><html lang="en"><title>Sign up</title>
        <meta name="viewport" content="width=device-width"><meta name="color-scheme" content="light dark">
        <style>body { background: Canvas }</style>
        <link rel="icon" href="data:,"><link rel="stylesheet" href="/signup.css"><script type="module" src="/form.js"></script>
        <main><h1>Sign up</h1><div id="form">${html}</div></main></html>`)
    }
  })
  return {
    /** The address of a page whose form signs up at this URL. */
    urlOf: (page: 'react' | 'plain', api: string) =>
      `${server.url}/${page === 'plain' ? 'plain' : ''}?api=${encodeURIComponent(api)}`,
    lanUrlOf: (api: string) => `http://${LAN_HOST}:${server.port}/?api=${encodeURIComponent(api)}`,
    /** Every request to this server, as an access log has it. */
    requests,
    /** Keeps the script of React back until the function that this returns is called. */
    holdScript(): () => void {
      const { promise, resolve } = Promise.withResolvers<void>()
      mayLoadScript = promise
      return resolve
    },
    stop: server.stop,
  }
}
