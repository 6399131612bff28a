// The reference: the contract of this host, which can be tried with a key against this host.
const dark = matchMedia('(prefers-color-scheme: dark)')
const follow = () => document.documentElement.classList.toggle('dark-mode', dark.matches)
dark.addEventListener('change', follow)
follow()

SwaggerUIBundle({
  url: '/openapi.json',
  dom_id: '#reference',
  deepLinking: true,
  docExpansion: 'none',
  filter: true,
  displayRequestDuration: true,
  defaultModelsExpandDepth: 0,
  defaultModelRendering: 'model',
  syntaxHighlight: { activated: false },
  // Nobody outside is asked whether the document is valid; ours is held against the rules before it is served.
  validatorUrl: null,
})
