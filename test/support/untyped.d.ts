declare module 'dynalite'
declare module 'tiny-json-http'
declare module '*.css'
