import { parseSync } from '@swc/core'

type Node = Record<string, unknown> & { type: string }

/**
 * Where a source reads the environment or the real clock, as `process.env`, `new Date()`, `Date.now`, `systemClock`.
 * Read from the syntax tree, so that words in comments and strings don't count.
 */
export function outsideReads(source: string): string[] {
  const found: string[] = []
  const visit = (value: unknown): void => {
    if (Array.isArray(value)) for (const each of value) visit(each)
    else if (value !== null && typeof value === 'object') {
      const read = readBy(value as Node)
      if (read !== null) found.push(read)
      for (const each of Object.values(value)) visit(each)
    }
  }
  visit(parseSync(source, { syntax: 'typescript', target: 'es2024' }))
  return found
}

function readBy(node: Node): string | null {
  switch (node.type) {
    case 'MemberExpression': {
      const path = `${nameOf(node['object'])}.${nameOf(node['property'])}`
      return path === 'process.env' || path === 'Date.now' ? path : null
    }
    // `const { env } = process`
    case 'VariableDeclarator':
      return nameOf(node['init']) === 'process' ? 'process' : null
    case 'ImportDeclaration':
      return /^(node:)?process$/.test(String((node['source'] as Node)['value'])) ? 'process' : null
    case 'ImportSpecifier':
      return nameOf(node['imported'] ?? node['local']) === 'systemClock' ? 'systemClock' : null
    case 'NewExpression':
      return nameOf(node['callee']) === 'Date' && (node['arguments'] as Node[] | null)?.length === 0
        ? 'new Date()'
        : null
    case 'CallExpression':
      return nameOf(node['callee']) === 'Date' ? 'Date()' : null
    default:
      return null
  }
}

function nameOf(value: unknown): string | null {
  const node = value as Node | null | undefined
  if (node?.type === 'Computed') return nameOf(node['expression'])
  return node?.type === 'Identifier' || node?.type === 'StringLiteral' ? String(node['value']) : null
}
