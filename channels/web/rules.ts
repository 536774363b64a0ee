import type { ChannelRules } from '../windows.ts'

/** Our own page: nobody counts but us. A text comes from a page's field, a scan from the link it was opened by. */
export const webRules: ChannelRules = {
  name: 'web',
  mostBytes: 16_384,
  receives: ['text', 'scan'],
  sends: ['text'],
  perSecond: 3_000,
  limited: false,
  freeAddresses: true,
  opensWindow: () => null,
}
