// Few rules, each for something that types, formatter, dependency-cruiser and knip do not see.
import { defineConfig } from 'eslint/config'
import tseslint from 'typescript-eslint'

const onlyErrorsAreClasses = {
  selector: ':matches(ClassDeclaration, ClassExpression):not([superClass.name=/(^|[a-z])Error$/])',
  message: 'Write a factory and a value; only errors are classes.',
}
const noLonelyTest = {
  selector: 'MemberExpression[object.name=/^(test|describe|it)$/][property.name="only"]',
  message: 'It silences every other test of the file.',
}

// What a pure function cannot know by itself arrives as an argument.
const time = 'The time is moment.now, or reading.now in a query.'
const chance = 'Chance is moment.chance, an id moment.newId.'
const impureSyntax = [
  { selector: 'NewExpression[callee.name="Date"][arguments.length=0]', message: time },
  { selector: 'CallExpression[callee.name="Date"]', message: time },
  { selector: 'ImportExpression', message: 'A slice is loaded whole; import at the top.' },
]
const impureProperties = [
  { object: 'Date', property: 'now', message: time },
  { object: 'Math', property: 'random', message: chance },
]
const impureGlobals = [
  { name: 'performance', message: time },
  { name: 'crypto', message: chance },
  { name: 'fetch', message: 'What a slice needs of a neighbour comes by a projection.' },
  { name: 'process', message: 'A slice knows no process and no environment.' },
  { name: 'console', message: 'Business facts are events; the host writes the log.' },
  { name: 'globalThis', message: 'A slice knows its arguments only.' },
  ...['setTimeout', 'setInterval', 'setImmediate'].map((name) => ({ name, message: 'A slice does not wait.' })),
]

export default defineConfig(
  { ignores: ['contracts/generated/', '**/dist/', '.data/', '.cache/', '.turbo/'] },
  {
    files: ['**/*.ts'],
    extends: [tseslint.configs.base],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    linterOptions: { reportUnusedDisableDirectives: 'error' },
    rules: {
      // A promise that nobody waits for hides its error, and in a test its failed expectation.
      '@typescript-eslint/no-floating-promises': 'error',
      // `if (promise)` is always true.
      '@typescript-eslint/no-misused-promises': ['error', { checksVoidReturn: false }],
      // An await without a promise tells of an interruption that is none.
      '@typescript-eslint/await-thenable': 'error',
      // A new member of a union is thought of wherever the union is taken apart.
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
      // What is thrown has a stack.
      '@typescript-eslint/only-throw-error': 'error',
      // A leftover of a change; `_` says that it is left out on purpose.
      '@typescript-eslint/no-unused-vars': [
        'error',
        { argsIgnorePattern: '^_', varsIgnorePattern: '^_', destructuredArrayIgnorePattern: '^_' },
      ],
      // `==` has rules of its own; `== null` is the one that is meant.
      eqeqeq: ['error', 'always', { null: 'ignore' }],
      // What never changes says so.
      'prefer-const': 'error',
      'no-restricted-syntax': ['error', onlyErrorsAreClasses],
    },
  },
  {
    // In packages and services signals abort and errors rise; only a script ends the process.
    files: ['packages/*/src/**/*.ts', 'services/*/src/**/*.ts'],
    rules: {
      'no-restricted-properties': [
        'error',
        { object: 'process', property: 'exit', message: 'Return or throw; the script decides.' },
      ],
    },
  },
  {
    // The vocabulary and the slices: the same arguments give the same answer, today and at a replay in ten years.
    // That a decision is not a promise is in its type; what a slice may import, in .dependency-cruiser.cjs.
    files: ['packages/slice/src/**/*.ts', 'services/*/src/**/*.ts'],
    ignores: ['**/*.{test,fixture}.ts', 'services/*/src/service.ts'],
    rules: {
      'no-restricted-globals': ['error', ...impureGlobals],
      'no-restricted-properties': ['error', ...impureProperties],
      'no-restricted-syntax': ['error', onlyErrorsAreClasses, ...impureSyntax],
    },
  },
  {
    files: ['**/*.test.ts'],
    rules: { 'no-restricted-syntax': ['error', onlyErrorsAreClasses, noLonelyTest] },
  },
)
