# The whole deployment. `npm run plan` shows what it becomes in AWS.

@app
mathai

@aws
region us-east-1
architecture arm64
runtime typescript

@http
post /signup

@tables
mathai_users
  user_email *String

mathai_signup_attempts
  source_window *String
  expires_at TTL

@static
false

@typescript
base-runtime nodejs24.x
esbuild-config esbuild.cjs
sourcemaps none

# Settings, with their defaults where a line is left out. README.md says what each is for.

@cors
production *
staging *

@limits
requests-per-second 50
request-burst 100

# Each plugin makes one change to the CloudFormation that Architect emits.

@plugins
architect/plugin-typescript
only-what-is-used
  src src/plugins/only-what-is-used.ts
function
  src src/plugins/function.ts
logs
  src src/plugins/logs.ts
least-privilege
  src src/plugins/least-privilege.ts
tables
  src src/plugins/tables.ts
http-api
  src src/plugins/http-api.ts
outputs
  src src/plugins/outputs.ts
sandbox
  src src/plugins/sandbox/index.ts
