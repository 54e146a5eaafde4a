/// <reference types="handlebars" />

// The parser alone: no code of a template is ever compiled or run.
declare module 'handlebars/dist/cjs/handlebars/compiler/base.js' {
  export const parse: (input: string) => hbs.AST.Program
}
