/**
 * Which outside tools this machine has. Tests that need one skip with a sentence where it is absent; with
 * TOOLS_REQUIRED=1 (as in CI) an absent tool is an error instead, so that nothing is skipped unseen.
 */
import { spawnSync } from 'node:child_process';

export function haveTool(command: string, versionArgument = '--version'): boolean {
  const result = spawnSync(command, [versionArgument], { stdio: 'ignore' });
  const present = result.error === undefined && result.status === 0;
  if (!present && process.env.TOOLS_REQUIRED === '1') throw new Error(toolAbsent(command));
  return present;
}

export const toolAbsent = (command: string): string => `the tool ${command} is not installed on this machine`;
