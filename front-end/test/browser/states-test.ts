// Every state of the two forms, that of React and the plain one, in a real Chromium. Whatever is answered, one can go on.
import type { ServerResponse } from 'node:http'
import type { Browser, Page } from 'playwright-core'
import test from 'tape'
import { FIELD_ERRORS, fieldError } from '../../../src/shared/field-errors.ts'
import { PROBLEMS, type ProblemCode, problem } from '../../../src/shared/problem.ts'
import { ada } from '../../../test/support/client.ts'
import { freePorts, startServer } from '../../../test/support/server.ts'
import { checkState, focused, launchBrowser, openPage, recordKeys, send, skip, typeIntoFields } from './_browser.ts'
import { startFormPages } from './_form-page.ts'

const FORMS = ['react', 'plain'] as const
const UNREACHABLE = 'The server cannot be reached. Check your internet connection and try again.'
const UNKNOWN = 'The server sent an answer that this page cannot read. Please try again later.'

let browser: Browser
let pages: Awaited<ReturnType<typeof startFormPages>>
let api: Awaited<ReturnType<typeof startScriptedApi>>

/** An API that gives these answers, one after the other; the last one stays. */
async function startScriptedApi() {
  let answers: ((response: ServerResponse) => void)[] = []
  const server = await startServer((request, response) => {
    const cors = { 'access-control-allow-origin': '*', 'access-control-allow-headers': '*' }
    response.setHeaders(
      new Map(Object.entries({ ...cors, 'access-control-expose-headers': 'retry-after,apigw-requestid' })),
    )
    if (request.method === 'OPTIONS') return response.writeHead(204).end()
    const [answer] = answers.length > 1 ? answers.splice(0, 1) : answers
    request.resume().on('end', () => answer?.(response))
  })
  const willAnswer = (...next: typeof answers) => {
    answers = next
  }
  return { ...server, willAnswer }
}

type Headers = Record<string, string | number>
const answer =
  (status: number, body: unknown = '', headers: Headers = {}) =>
  (response: ServerResponse) =>
    void response.writeHead(status, headers).end(typeof body === 'string' ? body : JSON.stringify(body))
const created = answer(201, { uid: '52e9c7b7-77d0-4b1f-81ac-5b3f1e0ac4f5' })
const refused = (code: ProblemCode, headers: Headers = {}) => answer(PROBLEMS[code].status, problem(code), headers)
const silence = () => {}
const cutOff = (response: ServerResponse) => {
  response.writeHead(201, { 'content-length': 100 }).write('{"uid":"52e9', () => response.destroy())
}

/** Sends the browser to a page. */
const redirected = (response: ServerResponse) =>
  response.req.url === '/page' ? answer(200, '<html>')(response) : answer(302, '', { location: '/page' })(response)

const status = (page: Page) => page.locator('[role=status]')
const submit = (page: Page) => page.locator('button[type=submit]')
const says = (page: Page, text: string | RegExp) => status(page).filter({ hasText: text }).waitFor()

/** After whatever came before, the same press signs up. */
async function goesOn(t: test.Test, page: Page): Promise<void> {
  t.equal(await page.locator('[name=user_email]').inputValue(), ada.user_email, 'the fields stay')
  t.equal(await page.locator('input[readonly]').count(), 0, 'and can be changed')
  api.willAnswer(created)
  await submit(page).click()
  await page.getByText(/^Welcome/).waitFor()
}

test('Chromium, the pages and an API start', { skip }, async (t) => {
  browser = await launchBrowser()
  pages = await startFormPages()
  api = await startScriptedApi()
  t.ok(browser.isConnected())
})

for (const form of FORMS) {
  const open = (options = {}, url = api.url) => openPage(browser, pages.urlOf(form, url), options)

  test(`${form}: 400 marks the fields and moves the focus to the first, 201 says welcome`, { skip }, async (t) => {
    const { page, stop } = await open()
    await checkBoth(t, page, 'empty')
    t.equal(await page.getByRole('link', { name: 'Log in' }).count(), 0, 'children are for those who have an account')
    const errors = [fieldError('user_email', 'invalid'), fieldError('user_password', 'common')]
    api.willAnswer(answer(400, problem('invalid_fields', errors)))
    await send(page, ada)
    await says(page, 'Please correct the fields that are marked with ✗.')
    t.equal(await focused(page), 'user_email')
    t.equal(await page.locator('[aria-invalid=true]').count(), 2)
    t.equal(await page.getByText(FIELD_ERRORS.user_email.invalid).count(), 1)
    t.equal(await description(page, 'user_email'), FIELD_ERRORS.user_email.invalid, 'a screen reader says it')
    t.ok(await fitsTheScreen(page))
    t.notOk(await page.getByText('8 characters or more.').isVisible(), 'the error stands instead of the hint')
    await checkBoth(t, page, '400')
    api.willAnswer(created)
    await page.keyboard.press('Enter')
    await page.getByText(/^Welcome/).waitFor()
    await checkBoth(t, page, '201')
    await stop(t)
  })

  test(`${form}: while it sends, the button says so, waits, and keeps the focus; after 8 s it says that it takes longer`, {
    skip,
  }, async (t) => {
    const { page, stop } = await open({ isFrozen: true })
    const keys = recordKeys(page)
    api.willAnswer(silence)
    await typeIntoFields(page, { ...ada, user_school: '' })
    await page.keyboard.press('Tab')
    await page.keyboard.press('Enter')
    await says(page, 'Signing up…')
    t.deepEqual([await focused(page), await submit(page).getAttribute('aria-disabled')], ['Signing up…', 'true'])
    t.equal(await page.locator('input[readonly]').count(), 5, 'what is sent cannot be changed')
    await page.keyboard.press('Enter')
    await page.clock.fastForward(8000)
    await says(page, 'This is taking longer than usual.')
    await page.clock.fastForward(22_000)
    await says(page, UNREACHABLE)
    t.equal(keys.length, 1, 'one request')
    await goesOn(t, page)
    t.equal(new Set(keys).size, 1, 'the same key: the account may exist')
    await stop(t)
  })

  test(`${form}: 503 is tried again twice with the same key, and then shown with the ID of the request`, {
    skip,
  }, async (t) => {
    const { page, stop } = await open({ isFrozen: true })
    const keys = recordKeys(page)
    api.willAnswer(refused('unavailable', { 'retry-after': 2, 'apigw-requestid': 'JKJaXmPLvHcESHA=' }))
    await send(page, ada)
    await says(page, 'The server is busy. Trying again in a moment…')
    let waitedMs = 0
    for (; keys.length < 3; waitedMs += 100) await page.clock.fastForward(100)
    t.ok(waitedMs >= 4000, `${waitedMs} ms for two waits of 2 s`)
    await says(page, PROBLEMS.unavailable.detail)
    await says(page, 'If you ask for help, send this number: JKJaXmPLvHcESHA=')
    t.deepEqual([keys.length, new Set(keys).size], [3, 1])
    await goesOn(t, page)
    await stop(t)
  })

  for (const [seconds, time] of [
    // A timer of a browser can wait 24 days at most.
    [2_592_000, '43200 minutes'],
    [812, '14 minutes'],
    [61, '2 minutes'],
    [59, '59 seconds'],
    [11, '11 seconds'],
  ] as const) {
    test(`${form}: 429 for ${seconds} s says the time once, and takes the sentence back when it is over`, {
      skip,
    }, async (t) => {
      const { page, stop } = await open({ isFrozen: true })
      const keys = recordKeys(page)
      api.willAnswer(refused('too_many_attempts', { 'retry-after': seconds }))
      await send(page, ada)
      await says(page, `Too many people are signing up from your internet connection. Try again in ${time}.`)
      await page.keyboard.press('Enter')
      const shownSeconds = Math.min(seconds, 2_147_483)
      await page.clock.fastForward((shownSeconds - 1) * 1000)
      const isBlocked = async () => (await submit(page).getAttribute('aria-disabled')) === 'true'
      t.deepEqual([await isBlocked(), keys.length], [true, 1], 'nothing is sent meanwhile')
      while (await isBlocked()) await page.clock.fastForward(1000)
      t.equal(await status(page).textContent(), '')
      await goesOn(t, page)
      await stop(t)
    })
  }

  test(`${form}: axe finds nothing while it waits, and in the errors of the whole form`, { skip }, async (t) => {
    const { page, stop } = await open()
    const states = {
      '503': refused('unavailable', { 'retry-after': 11, 'apigw-requestid': 'JKJaXmPLvHcESHA=' }),
      unreachable: cutOff,
      '429': refused('too_many_attempts', { 'retry-after': 812 }),
    }
    await typeIntoFields(page, ada)
    for (const [state, act] of Object.entries(states)) {
      api.willAnswer(act)
      await page.keyboard.press('Enter')
      await page.locator('.signup-bad').waitFor()
      await checkBoth(t, page, state)
    }
    await page.reload()
    api.willAnswer(silence)
    await page.locator('button[type=submit]:enabled').waitFor()
    await send(page, ada)
    await says(page, 'Signing up…')
    await checkBoth(t, page, 'sending')
    await stop(t)
  })

  test(`${form}: on a screen as low as a phone with its keyboard, the outcome comes into view`, { skip }, async (t) => {
    const { page, stop } = await open()
    await page.setViewportSize({ width: 320, height: 400 })
    const isInView = () =>
      status(page).evaluate((box) => {
        const { top, bottom } = box.getBoundingClientRect()
        return top >= 0 && bottom <= window.innerHeight
      })
    api.willAnswer(refused('internal_error', { 'apigw-requestid': 'ID' }), created)
    await typeIntoFields(page, ada)
    await page.locator('[name=user_name]').press('Enter')
    await says(page, PROBLEMS.internal_error.detail)
    t.ok(await isInView(), 'an error')
    await page.locator('[name=user_name]').press('Enter')
    await page.getByText(/^Welcome/).waitFor()
    t.equal(await page.locator('input').count(), 0, 'after a sign-up nothing looks as if it still had to be sent')
    await stop(t)
  })

  test(`${form}: 409 marks the address, and other fields get another key`, { skip }, async (t) => {
    const { page, stop } = await open()
    const keys = recordKeys(page)
    api.willAnswer(answer(409, problem('email_taken', [fieldError('user_email', 'taken')])))
    await send(page, ada)
    await page.getByText(FIELD_ERRORS.user_email.taken).waitFor()
    t.equal(
      await page.getByRole('link', { name: 'Log in' }).count(),
      form === 'react' ? 1 : 0,
      'children stand beside it',
    )
    t.equal(await page.getByText('Request ID').count(), 0, 'only an error of the server has its ID')
    await checkBoth(t, page, '409')
    api.willAnswer(created)
    await send(page, { user_email: 'eve@example.com' })
    await page.getByText(/^Welcome/).waitFor()
    t.equal(new Set(keys).size, 2)
    await stop(t)
  })

  // signup-test.ts has all answers. Here is one of each kind.
  const answers: [string, (response: ServerResponse) => void, string][] = [
    ['422', refused('idempotency_key_reused'), PROBLEMS.idempotency_key_reused.detail],
    ['302 to a page', redirected, UNKNOWN],
    ['HTML', answer(502, '<html>Bad gateway</html>'), PROBLEMS.internal_error.detail],
    ["API Gateway's 429, of which no wait is known", answer(429, '{"message":"x"}'), PROBLEMS.unavailable.detail],
    [
      'errors of unknown fields',
      answer(400, { ...problem('invalid_fields'), errors: [{ field: 'x', code: 'y', message: 'z' }] }),
      PROBLEMS.invalid_fields.detail,
    ],
    ['an answer that is cut off', cutOff, UNREACHABLE],
  ]
  for (const [what, act, sentence] of answers) {
    test(`${form}: ${what} gets a sentence, and one can go on`, { skip }, async (t) => {
      const { page, stop } = await open({ isFrozen: true })
      api.willAnswer(act)
      await send(page, ada)
      // The two waits of a second each, if it tries again.
      while (
        await status(page)
          .getByText(/Signing up|Trying again/)
          .count()
      )
        await page.clock.fastForward(1000)
      await says(page, sentence)
      await goesOn(t, page)
      await stop(t)
    })
  }

  test(`${form}: it works in the oldest browsers, which lack newer APIs`, { skip }, async (t) => {
    const { page, stop } = await open()
    await page.addInitScript(() => {
      for (const [owner, name] of [
        [AbortSignal, 'any'],
        [AbortSignal, 'timeout'],
        [Promise, 'withResolvers'],
        [Array.prototype, 'toSorted'],
        [crypto, 'randomUUID'],
      ] as const)
        Reflect.deleteProperty(owner, name)
    })
    await page.reload()
    await page.locator('button[type=submit]:enabled').waitFor()
    await typeIntoFields(page, ada)
    await goesOn(t, page)
    await stop(t)
  })

  test(`${form}: without a server, offline, or after leaving and coming back, one can go on`, { skip }, async (t) => {
    const [closedPort] = await freePorts(1)
    const closed = await open({}, `http://127.0.0.1:${closedPort}`)
    await send(closed.page, ada)
    await says(closed.page, UNREACHABLE)
    await closed.stop(t)

    const { page, stop } = await open()
    await page.context().setOffline(true)
    await send(page, ada)
    await says(page, UNREACHABLE)
    await page.context().setOffline(false)
    api.willAnswer(silence)
    await page.keyboard.press('Enter')
    await says(page, 'Signing up…')
    await page.goto(`${pages.urlOf(form, api.url)}&left`)
    await page.goBack()
    await page.locator('button[type=submit]:enabled').waitFor()
    await typeIntoFields(page, ada)
    await goesOn(t, page)
    await stop(t)
  })

  test(`${form}: whoever leaves the page ends the request`, { skip }, async (t) => {
    const { page, stop } = await open()
    const closed = Promise.withResolvers<void>()
    api.willAnswer((response) => void response.on('close', closed.resolve))
    await send(page, ada)
    await says(page, 'Signing up…')
    // A page of React is left by its router, a plain one by the browser.
    if (form === 'react') await page.evaluate(() => (globalThis as unknown as { leave(): void }).leave())
    else await page.goto('about:blank')
    await closed.promise
    t.pass('the API sees it')
    await stop(t)
  })

  test(`${form}: markup is text, wherever it is shown`, { skip }, async (t) => {
    const { page, stop } = await open()
    const markup = (name: string) => `<b>${name}</b><img src=x>`
    const errors = ['user_email', 'user_name'].map((field) => ({ field, code: 'x', message: markup(field) }))
    for (const [act, texts] of [
      [answer(400, { ...problem('invalid_fields'), errors }), errors.map(({ message }) => message)],
      [answer(409, { ...problem('email_taken'), code: 'x', message: markup('whole') }), [markup('whole')]],
      [
        answer(500, { code: 'x', message: markup('500') }, { 'apigw-requestid': markup('id') }),
        [markup('500'), `send this number: ${markup('id')}`],
      ],
    ] as const) {
      api.willAnswer(act)
      await send(page, { ...ada, user_name: markup('Ada') })
      for (const text of texts) await page.getByText(text).waitFor()
      t.equal(await page.locator('b, img').count(), 0)
    }
    api.willAnswer(created)
    await page.keyboard.press('Enter')
    await page.getByText(form === 'plain' ? `Welcome, ${markup('Ada')}!` : /^Welcome/).waitFor()
    t.equal(await page.locator('b, img').count(), 0)
    await stop(t)
  })
}

test('the plain page sends nothing before its URL is set', { skip }, async (t) => {
  const page = await browser.newPage()
  const errors: string[] = []
  page.on('pageerror', ({ message }) => errors.push(message))
  await page.goto(pages.urlOf('plain', 'YOUR_SIGNUP_URL'))
  t.match(errors.join(), /^The url of the sign-up must be .* It is YOUR_SIGNUP_URL\.$/)
  t.ok(await submit(page).isDisabled())
  await page.close()
})

test('all that was started stops', { skip }, async (t) => {
  await browser.close()
  await api.stop()
  await pages.stop()
  t.notOk(browser.isConnected())
})

/** Checks a state in light and dark. */
async function checkBoth(t: test.Test, page: Page, state: string): Promise<void> {
  for (const colorScheme of ['dark', 'light'] as const) {
    await page.emulateMedia({ colorScheme })
    await checkState(t, page, `${state}, ${colorScheme}`)
  }
}

/** What a screen reader says about a field besides its name. */
async function description(page: Page, name: string): Promise<string> {
  const ids = (await page.locator(`[name=${name}]`).getAttribute('aria-describedby'))?.split(' ') ?? []
  const texts = await Promise.all(ids.map((id) => page.locator(`[id="${id}"]`).textContent()))
  return texts.join(' ').trim()
}

/** True if nothing is wider than a phone. */
async function fitsTheScreen(page: Page): Promise<boolean> {
  await page.setViewportSize({ width: 320, height: 640 })
  return page.evaluate(() => document.documentElement.scrollWidth <= window.innerWidth)
}
