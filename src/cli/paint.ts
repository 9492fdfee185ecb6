/** Colours, on terminals that show them and nowhere else. */
import picocolors from 'picocolors';
import type { Status } from '../findings/finding.js';

export type Paint = ReturnType<typeof paint>;

export function paint(colours: boolean) {
  const { bold, dim, green, red, yellow, inverse } = picocolors.createColors(colours);
  const byStatus: Record<Status, (text: string) => string> = { valid: green, invalid: red, indeterminate: yellow };
  return {
    bold,
    dim,
    inverse,
    status: (status: Status, text: string = status) => bold(byStatus[status](text)),
    severity: (severity: 'error' | 'warning' | 'info', text: string) =>
      severity === 'error' ? red(text) : severity === 'warning' ? yellow(text) : dim(text),
  };
}
