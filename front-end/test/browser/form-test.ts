// What only the form of React has, against the real API. The states of both forms: states-test.ts.
import type { Browser, Page } from 'playwright-core'
import test from 'tape'
import { ada } from '../../../test/support/client.ts'
import { focused, launchBrowser, openPage, send, skip, startApi, typeIntoFields } from './_browser.ts'
import { startFormPages } from './_form-page.ts'

const WELCOME = 'Welcome! Your account is ready.'

let browser: Browser
let api: Awaited<ReturnType<typeof startApi>>
let pages: Awaited<ReturnType<typeof startFormPages>>
const urlOf = (url = `${api.url}/signup`) => pages.urlOf('react', url)

test('Chromium, the API and a page with the form start', { skip }, async (t) => {
  browser = await launchBrowser()
  api = await startApi()
  pages = await startFormPages()
  t.ok(browser.isConnected())
})

test('with a slow script, the form is not sent before React has hydrated it', { skip }, async (t) => {
  const page = await browser.newPage()
  const releaseScript = pages.holdScript()
  const earlier = pages.requests.length
  await page.goto(urlOf(), { waitUntil: 'commit' })
  await typeIntoFields(page, { ...ada, user_email: 'slow@example.com' })
  t.ok(await page.locator('button[type=submit]').isDisabled())
  await page.keyboard.press('Enter')
  t.ok(pages.requests.slice(earlier).every(({ method }) => method === 'GET'))
  releaseScript()
  await page.locator('button[type=submit]:enabled').waitFor()
  await page.keyboard.press('Enter')
  await page.getByText(WELCOME).waitFor()
  t.equal((await api.user('slow@example.com'))?.user_name, ada.user_name, 'what was typed before is sent')
  requireNoPassword(t, pages.requests)
  await page.close()
})

for (const form of ['react', 'plain'] as const) {
  test(`${form}: without scripts, the password is in no URL, whatever sends the form`, { skip }, async (t) => {
    const context = await browser.newContext({ javaScriptEnabled: false })
    const page = await context.newPage()
    await page.goto(pages.urlOf(form, api.url))
    t.ok(await page.locator('noscript').isVisible(), 'it says to turn JavaScript on')
    for (const [name, text] of Object.entries(ada)) await page.locator(`[name=${name}]`).fill(text)
    const posts = () => pages.requests.filter(({ method }) => method === 'POST').length
    const earlier = posts()
    await page.keyboard.press('Enter')
    t.equal(posts(), earlier, 'a disabled button sends nothing')
    // A password manager or an extension may send the form without the button.
    const loaded = page.waitForEvent('load')
    await page.locator('form').evaluate((element: HTMLFormElement) => element.submit())
    await loaded
    t.equal(posts(), earlier + 1)
    requireNoPassword(t, [...pages.requests, { url: page.url(), referer: '' }])
    await context.close()
  })
}

test('it signs somebody up, says welcome with its children, and passes on the uid', { skip }, async (t) => {
  const { page, stop } = await openPage(browser, urlOf())
  const uids: string[] = []
  await page.exposeFunction('onSignedUp', (uid: string) => uids.push(uid))
  await send(page, { ...ada, user_age: '17', user_school: 'Lycée' })
  await page.getByText(WELCOME).waitFor()
  t.equal(await focused(page), WELCOME, 'the focus is not lost')
  t.ok(await page.getByRole('link', { name: 'Log in' }).isVisible())
  const { uid, user_age } = (await api.user(ada.user_email)) ?? {}
  t.deepEqual([[uid], user_age], [uids, 17])
  await stop(t)
})

test('fields have autocomplete tokens, and the password can be shown until it is sent', { skip }, async (t) => {
  const { page, stop } = await openPage(browser, urlOf())
  const inputs = await page.locator('input').all()
  const tokens = await Promise.all(inputs.map((input) => input.getAttribute('autocomplete')))
  t.deepEqual(tokens, ['email', 'new-password', 'name', 'off', 'organization'])
  const password = page.getByRole('textbox', { name: 'Password', exact: true })
  const show = page.getByRole('button', { name: /Show|Hide/ })
  const look = async () => [await password.getAttribute('type'), await show.textContent()]
  t.deepEqual(await look(), ['password', 'Show password'])
  await show.press('Space')
  t.deepEqual(await look(), ['text', 'Hide password'])
  const attributes = ['spellcheck', 'autocapitalize', 'autocorrect']
  const values = await Promise.all(attributes.map((name) => password.getAttribute(name)))
  t.deepEqual(values, ['false', 'none', 'off'], 'no spelling checker gets a shown password')
  api.inject({ PutItem: () => {} })
  await send(page, { ...ada, user_email: 'shown@example.com' })
  await page.getByRole('status').filter({ hasText: 'Signing up…' }).waitFor()
  t.deepEqual([await look(), await show.isDisabled()], [['password', 'Show password'], true])
  api.inject({})
  await stop(t)
})

test('it works over plain http in a LAN, and an exception in onSignedUp is reported as what it is', {
  skip,
}, async (t) => {
  const { page, stop } = await openPage(browser, pages.lanUrlOf(`${api.url}/signup`))
  t.equal(await page.evaluate(() => typeof crypto.randomUUID), 'undefined')
  await page.evaluate(() => {
    const onSignedUp = () => {
      throw Error('the next page is missing')
    }
    Object.assign(window, { onSignedUp })
  })
  await typeIntoFields(page, { ...ada, user_email: 'lan@example.com' })
  const reported = page.waitForEvent('pageerror')
  await page.keyboard.press('Enter')
  await page.getByText(WELCOME).waitFor()
  t.equal((await reported).message, 'the next page is missing')
  await stop(t, ['the next page is missing'])
})

test('a url that changes is used, and one that cannot be right throws before a password is typed', {
  skip,
}, async (t) => {
  const { page, stop } = await openPage(browser, urlOf('http://127.0.0.1:1/signup'))
  await useUrl(page, `${api.url}/signup`)
  await send(page, { ...ada, user_email: 'changed@example.com' })
  await page.getByText(WELCOME).waitFor()
  t.ok(await api.user('changed@example.com'))
  await stop(t)
  for (const url of ['undefined', '', 'api.example/signup', '//api.example', 'ftp://api.example']) {
    const wrong = await browser.newPage()
    const thrown = wrong.waitForEvent('pageerror')
    await wrong.goto(urlOf(url))
    t.equal(
      (await thrown).message,
      `The url of the sign-up must be an http(s) URL or a path that begins with /. It is ${url}.`,
    )
    await wrong.close()
  }
})

test('all that was started stops', { skip }, async (t) => {
  await browser.close()
  await api.stop()
  await pages.stop()
  t.notOk(browser.isConnected())
})

function useUrl(page: Page, url: string): Promise<void> {
  return page.evaluate((next) => (globalThis as unknown as { useUrl(url: string): void }).useUrl(next), url)
}

function requireNoPassword(t: test.Test, requests: { url: string; referer: string }[]): void {
  const urls = requests.flatMap(({ url, referer }) => [url, referer].map((text) => text.replaceAll('+', ' ')))
  const found = urls.filter((url) => decodeURIComponent(url).includes(ada.user_password))
  t.deepEqual(found, [], 'no URL has the password')
}
