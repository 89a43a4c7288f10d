// The form in the apps that create-next-app and create-vite make today. Once a week: what they make changes without us.
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Browser } from 'playwright-core'
import test from 'tape'
import { launchBrowser, skip } from '../browser/_browser.ts'
import { copyForm, guideBlock, succeed, visitApp, writeFiles } from '../support/app.ts'
import { checkLook } from '../support/look.ts'

const QUIET = { NEXT_TELEMETRY_DISABLED: '1', SIGNUP_URL: 'https://api.example/signup' }
const INSTALL = 'npm install --ignore-scripts --no-audit --no-fund --silent'
const VITE_APP = `import { SignUpForm } from './SignUpForm'
export default function App() {
  return <section style={{ background: BACKGROUND }}><SignUpForm url="/signup" /></section>
}
`
const LIGHT = VITE_APP.replace('BACKGROUND', "'#fff', color: '#000'")
const DARK = VITE_APP.replace('BACKGROUND', "'#111', color: '#fff'")

let folder: string
let browser: Browser

test('the makers make their apps', { skip }, async (t) => {
  folder = await mkdtemp(join(tmpdir(), 'mathai-newest-'))
  browser = await launchBrowser()
  await succeed('npx --yes create-next-app@latest next --yes --skip-install --ts --app --disable-git', folder, QUIET)
  await succeed('npx --yes create-vite@latest vite --template react-ts --no-interactive', folder)
  for (const name of ['next', 'vite']) await succeed(INSTALL, join(folder, name), QUIET)
  t.pass('they are installed')
})

test('create-next-app: the form is visible in development and in production', { skip }, async (t) => {
  const cwd = join(folder, 'next')
  await copyForm(join(cwd, 'app/sign-up'))
  // Without the fonts of Google, for which the build needs a network.
  const layout = await readFile(join(cwd, 'app/layout.tsx'), 'utf8')
  await writeFiles(cwd, {
    'app/sign-up/page.tsx': await guideBlock('app/sign-up/page.tsx'),
    'app/layout.tsx': layout.replace('next/font/google', './fonts'),
    'app/fonts.ts': "export const Geist = (_: object) => ({ variable: '' })\nexport const Geist_Mono = Geist\n",
  })
  Object.assign(process.env, QUIET)
  const next = 'next/dist/bin/next'
  await visitApp({ browser, cwd, command: `${next} dev`, path: '/sign-up' }, (page) => checkLook(t, page, 'next dev'))
  await succeed('npm run build', cwd)
  await visitApp({ browser, cwd, command: `${next} start`, path: '/sign-up' }, (page) =>
    checkLook(t, page, 'next start'),
  )
})

test('create-vite: the form is visible in production, with and without Tailwind, on light and on dark sections', {
  skip,
}, async (t) => {
  const cwd = join(folder, 'vite')
  await copyForm(join(cwd, 'src'))
  const visit = async (files: Record<string, string>, what: string) => {
    await writeFiles(cwd, files)
    await succeed('npm run build', cwd)
    const command = 'vite/bin/vite.js preview --strictPort'
    await visitApp({ browser, cwd, command, path: '/' }, (page) => checkLook(t, page, what))
  }
  await visit({ 'src/App.tsx': LIGHT }, 'Vite, its own styles')
  await visit({ 'src/App.tsx': DARK }, 'Vite, a dark section')
  await succeed(`${INSTALL} tailwindcss @tailwindcss/vite`, cwd)
  const config = `import { defineConfig } from 'vite'
import react from '@vitejs/plugin-react'
import tailwind from '@tailwindcss/vite'
export default defineConfig({ plugins: [react(), tailwind()] })
`
  await visit({ 'src/index.css': '@import "tailwindcss";\n', 'vite.config.ts': config }, 'Tailwind, a dark section')
  await visit({ 'src/App.tsx': LIGHT }, 'Tailwind')
})

test('what was made is removed', { skip }, async () => {
  await browser.close()
  await rm(folder, { recursive: true, maxRetries: 5 })
})
