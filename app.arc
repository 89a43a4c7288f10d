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

@plugins
architect/plugin-typescript
sandbox
  src src/plugins/sandbox/index.ts
