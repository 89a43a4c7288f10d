// The form and the blocks of front-end/README.md in new Next.js and Vite apps, as their users check them, and on a plain page.
import { cp, mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { extname, join } from 'node:path'
import test from 'tape'
import { fieldError } from '../../../src/shared/field-errors.ts'
import { problem } from '../../../src/shared/problem.ts'
import { ada } from '../../../test/support/client.ts'
import { run } from '../../../test/support/process.ts'
import { startSandbox } from '../../../test/support/sandbox.ts'
import { startServer } from '../../../test/support/server.ts'
import { launchBrowser, skip } from '../browser/_browser.ts'
import { copyForm, guideBlock, succeed, visitApp, writeFiles } from '../support/app.ts'
import { checkLook } from '../support/look.ts'

const URL_OF_API = { SIGNUP_URL: 'https://api.example/signup', NEXT_TELEMETRY_DISABLED: '1' }
const MAIN = `import { createRoot } from 'react-dom/client'
import { SignUpForm } from '../app/sign-up/SignUpForm'
import { ENGLISH } from '../app/sign-up/texts'
const texts = TEXTS
createRoot(document.getElementById('root')!).render(<SignUpForm url="/signup" className="mine" texts={texts} />)
`
const ARABIC = "{ ...ENGLISH, lang: 'ar', dir: 'rtl', submit: 'سجل', errors: { 'user_email required': 'أدخل بريدك' } }"
/** What a new app with TypeScript has. */
const compilerOptions = {
  ...{ target: 'es2022', lib: ['es2023', 'dom', 'dom.iterable'], module: 'esnext', moduleResolution: 'bundler' },
  ...{ jsx: 'react-jsx', strict: true, noEmit: true, skipLibCheck: true },
}
const OLDEST = { react: ['./node_modules/types-react-oldest'], 'react/*': ['./node_modules/types-react-oldest/*'] }
/** The blocks of the guide that are files of an app. */
const BLOCKS = [
  'app/sign-up/page.tsx',
  'src/App.tsx',
  'app/api/signup/route.ts',
  'src/sign-up.ts',
  'src/HookForm.tsx',
  'src/Vue.vue',
  'src/Svelte.svelte',
]
/** The files of the apps, besides those that are copied. */
const FILES = {
  'app/layout.tsx':
    'export default function Layout({ children }: { children: React.ReactNode }) { return <html lang="en"><body>{children}</body></html> }\n',
  'eslint.config.mjs':
    "import next from 'eslint-config-next/core-web-vitals'\nimport typescript from 'eslint-config-next/typescript'\nexport default [...next, ...typescript]\n",
  'src/main.tsx': MAIN.replace('TEXTS', 'ENGLISH'),
  'src/tailwind.tsx': `import './tailwind.css'\n${MAIN.replace('TEXTS', 'ENGLISH')}`,
  'src/arabic.tsx': MAIN.replace('TEXTS', ARABIC),
  // A dark section of a page that does not say so to the browser.
  'src/dark.tsx': `import './dark.css'\n${MAIN.replace('TEXTS', 'ENGLISH')}`,
  'src/dark.css': '#root { background: #111; color: #fff }\n',
  'src/tailwind.css': '@import "tailwindcss";\n',
  'vite.config.mjs':
    "import tailwind from '@tailwindcss/vite'\nexport default { plugins: [tailwind()], build: { rollupOptions: { input: ['main.html', 'tailwind.html', 'arabic.html', 'dark.html'] } } }\n",
  'tsconfig.json': JSON.stringify({ compilerOptions, include: ['app/sign-up/*.ts*', 'css.d.ts'] }),
  'oldest.json': JSON.stringify({
    compilerOptions: { ...compilerOptions, paths: OLDEST },
    include: ['app/sign-up/SignUpForm.tsx', 'css.d.ts'],
  }),
  'others.json': JSON.stringify({
    compilerOptions: { ...compilerOptions, types: ['vite/client'] },
    include: ['src/App.tsx', 'src/HookForm.tsx', 'src/*.vue', 'src/*.svelte'],
  }),
  'svelte.config.js': 'export default {}\n',
  'css.d.ts': "declare module '*.css'\n",
}

let app: string
let sandbox: Awaited<ReturnType<typeof startSandbox>>

const succeeds = async (t: test.Test, command: string) => {
  await succeed(command, app, URL_OF_API)
  t.pass(command)
}

test('a new app gets the copied files and the blocks of the guide', async (t) => {
  app = await mkdtemp(join(tmpdir(), 'mathai-front-end-'))
  for (const file of ['package.json', 'package-lock.json']) await cp(join(import.meta.dirname, file), join(app, file))
  for (const folder of ['app/sign-up', 'src']) await copyForm(join(app, folder))
  await writeFiles(app, FILES)
  for (const path of BLOCKS) await writeFiles(app, { [path]: await guideBlock(path) })
  for (const name of ['main', 'tailwind', 'arabic', 'dark']) {
    const script = `<div id="root"></div><script type="module" src="/src/${name}.tsx"></script>`
    const head = '<!doctype html><html lang="en"><meta name="viewport" content="width=device-width"><title>x</title>'
    await writeFiles(app, { [`${name}.html`]: `${head}${script}</html>` })
  }
  await succeeds(t, 'npm ci --ignore-scripts --no-audit --silent')
})

test('it compiles with the oldest and the newest types of React 19', async (t) => {
  for (const project of ['oldest.json', 'tsconfig.json']) await succeeds(t, `npx tsc --project ${project}`)
})

test('the lines for Vue, Svelte and React Hook Form compile', async (t) => {
  await succeeds(t, 'npx vue-tsc --project others.json')
  await succeeds(t, 'npx svelte-check --tsconfig others.json --fail-on-warnings')
})

test('the lint rules of a new Next.js app and of a new Vite app find nothing', async (t) => {
  await succeeds(t, 'npx eslint --max-warnings 0 app')
  await succeeds(t, 'npx oxlint --deny-warnings app')
})

test('Next.js builds it, and stops if SIGNUP_URL is missing', async (t) => {
  const { status, output } = await run('npx next build', app, { ...URL_OF_API, SIGNUP_URL: '' })
  t.notEqual(status, 0)
  t.match(output, /Set SIGNUP_URL to the SignupApiUrl/)
  await succeeds(t, 'npx next build')
})

test('Next.js serves it with a visible form', { skip }, async (t) => {
  const browser = await launchBrowser()
  const command = 'next/dist/bin/next start'
  await visitApp({ browser, cwd: app, command, path: '/sign-up' }, (page) => checkLook(t, page, 'Next.js'))
  await browser.close()
})

test('Vite builds it, it looks right with and without the reset of Tailwind, and it can be translated', {
  skip,
}, async (t) => {
  await succeeds(t, 'npx vite build')
  const types: Record<string, string> = { '.html': 'text/html', '.js': 'text/javascript', '.css': 'text/css' }
  const server = await startServer(async ({ url = '' }, response) => {
    if (url === '/signup') {
      const errors = [fieldError('user_email', 'required'), fieldError('user_name', 'required')]
      response
        .writeHead(400, { 'content-type': 'application/json' })
        .end(JSON.stringify(problem('invalid_fields', errors)))
      return
    }
    const file = await readFile(join(app, 'dist', url)).catch(() => undefined)
    response.writeHead(file ? 200 : 404, { 'content-type': types[extname(url)] ?? '' }).end(file)
  })
  const browser = await launchBrowser()
  for (const name of ['main', 'tailwind', 'dark']) {
    const page = await browser.newPage({ viewport: { width: 390, height: 800 } })
    await page.goto(`${server.url}/${name}.html`)
    await page.locator('.signup-form.mine').waitFor()
    await checkLook(t, page, `Vite, ${name}`)
    await page.getByRole('button', { name: 'Sign up' }).click()
    await page.getByText('Enter your name.').waitFor()
    await checkLook(t, page, `Vite, ${name}, with errors`)
    const tops = await page
      .locator('label, input')
      .evaluateAll((elements) => elements.map((element) => element.getBoundingClientRect().top))
    t.deepEqual(
      tops,
      tops.toSorted((a, b) => a - b),
      `${name}: each label is above its field`,
    )
    await page.close()
  }
  const page = await browser.newPage()
  await page.goto(`${server.url}/arabic.html`)
  await page.getByRole('button', { name: 'سجل' }).click()
  await page.getByText('أدخل بريدك').waitFor()
  t.equal(await page.locator('.signup-form').getAttribute('dir'), 'rtl')
  t.equal(await page.locator('[name=user_email]').getAttribute('dir'), 'ltr', 'an address reads from left to right')
  const english = page.locator('[lang=en][dir=ltr]', { hasText: 'Enter your name.' })
  t.equal(await english.count(), 1, 'what is not translated is marked as English')
  await browser.close()
  await server.stop()
})

test('the route handler passes on what the API answers, and has an answer if the API is down', async (t) => {
  sandbox = await startSandbox()
  await writeFiles(app, { 'route.ts': await guideBlock('app/api/signup/route.ts') })
  const post = async (url: string, data: object, changed: Record<string, string> = {}) => {
    process.env.SIGNUP_URL = url
    const { POST } = await import(`${join(app, 'route.ts')}?${url}`)
    const request = new Request('http://page.example/api/signup', {
      method: 'POST',
      body: JSON.stringify(data),
      headers: { 'content-type': 'application/json', 'idempotency-key': 'k', ...changed },
    })
    const answer: Response = await POST(request)
    const body = (await answer.json()) as Record<string, unknown>
    t.equal(answer.headers.has('apigw-requestid'), url.startsWith(sandbox.url), 'the ID of the request is passed on')
    return { status: answer.status, retryAfter: answer.headers.get('retry-after'), body }
  }
  const first = await post(`${sandbox.url}/signup`, ada)
  t.equal(first.status, 201)
  t.deepEqual(await post(`${sandbox.url}/signup`, ada), first, 'the key is passed on')
  t.equal((await post(`${sandbox.url}/signup`, {})).body.code, 'invalid_fields')
  t.equal((await post(`${sandbox.url}/signup`, ada, { 'content-type': 'text/plain' })).status, 415)
  t.equal((await post(`${sandbox.url}/signup`, ada, { 'content-length': '8193' })).status, 413)
  const down = await post('http://127.0.0.1:1/signup', ada)
  t.deepEqual([down.status, down.retryAfter, down.body.code], [503, '2', 'unavailable'])
  delete process.env.SIGNUP_URL
  await import(`${join(app, 'route.ts')}?unset`).then(
    () => t.fail('it loaded'),
    ({ message }) => t.match(message, /^Set SIGNUP_URL/),
  )
})

test('all that was started stops', async () => {
  await sandbox.stop()
  await rm(app, { recursive: true, maxRetries: 5 })
})
