import { join } from 'node:path'
import { build } from 'esbuild'

/** Bundles a module in which `form(url)` is the form as an element of React. */
export async function bundleForm(code: string): Promise<string> {
  const form = `import { SignUpForm } from './SignUpForm.tsx'
    export const form = (url) => (
      <SignUpForm url={url} onSignedUp={(uid) => globalThis.onSignedUp?.(uid)}><a href="/log-in">Log in</a></SignUpForm>
    )`
  const { outputFiles } = await build({
    stdin: { contents: `${form}\n${code}`, loader: 'tsx', resolveDir: join(import.meta.dirname, '../..') },
    loader: { '.css': 'empty' },
    bundle: true,
    write: false,
    format: 'esm',
    jsx: 'automatic',
  })
  return String(outputFiles[0]?.text)
}

/** The HTML that a server makes of the form. */
export async function renderForm(): Promise<string> {
  // "server.browser" would open a MessageChannel, which keeps Node from ending.
  const code = await bundleForm(`import { renderToString } from 'react-dom/server.edge'
    export const html = renderToString(form('/signup'))`)
  return (await import(`data:text/javascript,${encodeURIComponent(code)}`)).html
}
