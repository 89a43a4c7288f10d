const CERTIFICATE = 'arn:aws:acm:eu-west-3:123456789012:certificate'

/** A value for every setting: none is the default, and those of a stage differ. The region is another one, too. */
const EVERY_SETTING = `
@cors
testing https://testing.math.ai
staging https://staging.math.ai http://*
production https://math.ai https://www.math.ai
@limits
requests-per-second 6
request-burst 7
log-retention-days 90
attempts-per-source 5
attempts-window-minutes 4
@passwords
minimum-length 15
breach-check true
@alarms
staging "staging@example.org"
production "ops@example.org"
@domain
staging staging.signup.invalid ${CERTIFICATE}/staging
production signup.invalid ${CERTIFICATE}/production
@role
permissions-boundary Boundary
@tags
CostCenter 42
Owner Ada
`

/** app.arc with every setting. */
export function withEverySetting(manifest: string): string {
  return elsewhere(manifest) + EVERY_SETTING
}

/** app.arc with settings of one stage only. */
export function withSettingsOf(stage: string, manifest: string): string {
  const lines = [
    `@cors\n${stage} https://math.ai`,
    `@alarms\n${stage} "a@b.co"`,
    `@domain\n${stage} signup.invalid ${CERTIFICATE}/a`,
  ]
  return `${elsewhere(manifest)}\n${lines.join('\n')}\n`
}

/** app.arc in the region of the certificates, without origins. */
function elsewhere(manifest: string): string {
  return manifest.replace(/@cors\n[^@]*/, '').replace('region us-east-1', 'region eu-west-3')
}
