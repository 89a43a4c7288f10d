import { spawn } from 'node:child_process'
import { cp, mkdir, readFile, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import type { Browser, Page } from 'playwright-core'
import { run } from '../../../test/support/process.ts'
import { freePorts } from '../../../test/support/server.ts'

const FRONT_END = join(import.meta.dirname, '../..')

/** The code block of the guide that has this text. */
export async function guideBlock(text: string): Promise<string> {
  const guide = await readFile(join(FRONT_END, 'README.md'), 'utf8')
  const found = [...guide.matchAll(/```\w+\n([\s\S]*?)```/g)].find(([block]) => block.includes(text))
  if (!found?.[1]) throw Error(`The guide has no block with ${text}`)
  return found[1]
}

/** Copies the files of the form into a folder of an app. */
export async function copyForm(folder: string): Promise<void> {
  for (const file of ['SignUpForm.tsx', 'signup.css', 'texts.ts', 'signup.ts']) {
    await cp(join(FRONT_END, file), join(folder, file))
  }
}

/** Writes the files of an app, by their paths. */
export async function writeFiles(folder: string, files: Record<string, string>): Promise<void> {
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(join(folder, path)), { recursive: true })
    await writeFile(join(folder, path), text)
  }
}

/** Runs a command of an app. @throws if it fails */
export async function succeed(command: string, cwd: string, env: NodeJS.ProcessEnv = {}): Promise<void> {
  const { status, output } = await run(command, cwd, env)
  if (status !== 0) throw Error(`${command}\n${output}`)
}

/** Starts the server of an app, waits for the form in a page of a phone's width, and stops both after `use`. */
export async function visitApp(
  { browser, cwd, command, path }: { browser: Browser; cwd: string; command: string; path: string },
  use: (page: Page) => Promise<void>,
): Promise<void> {
  const [port] = await freePorts(1)
  const [file = '', ...args] = command.split(' ')
  const child = spawn(process.execPath, [join('node_modules', file), ...args, '--port', `${port}`], {
    cwd,
    detached: true,
  })
  const page = await browser.newPage({ viewport: { width: 390, height: 800 } })
  try {
    // A server of development is named localhost by its users, and may refuse other names.
    const url = `http://localhost:${port}${path}`
    while (child.exitCode === null && !(await page.goto(url).catch(() => undefined))) await setTimeout(100)
    await page.locator('button[type=submit]:enabled').waitFor()
    await use(page)
  } finally {
    await page.close()
    // The process that `next dev` starts, too.
    if (child.pid && child.exitCode === null) process.kill(-child.pid)
  }
}
