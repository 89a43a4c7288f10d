# Everything that is deployed. `npm run plan production` shows what it becomes in AWS.

@app
mathai

@aws
region us-east-1
architecture arm64
runtime typescript

@http
post /signup

# `pitr true`: in production this table can be restored, and it is kept if the stack is deleted.
@tables
mathai_users
  user_email *String
  pitr true

mathai_signup_attempts
  source_window *String
  expires_at TTL

# Without this, Architect would add a bucket for files.
@static
false

# The settings and their defaults: operate/README.md.
@cors
staging *
production *

@typescript
base-runtime nodejs24.x
esbuild-config esbuild.cjs
sourcemaps false

@plugins
architect/plugin-typescript
stack
  src src/plugins/stack/index.ts
sandbox
  src src/plugins/sandbox/index.ts
