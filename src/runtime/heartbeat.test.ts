import assert from 'node:assert/strict';
import { it } from 'node:test';
import { createHeartbeat } from './heartbeat.ts';
import { createLog } from './log.ts';

it('empties the file while it cannot be written, so that the launcher does not take a full disk for a hang', () => {
  const events: string[] = [];
  const disk = { full: false, content: '' };
  const beat = createHeartbeat(
    {
      write(text) {
        if (disk.full) throw new Error('ENOSPC: no space left on device');
        disk.content = text;
      },
      clear() {
        disk.content = '';
      },
    },
    createLog('test', (line) => events.push(JSON.parse(line).event)),
  );
  const contents = [false, false, true, true, false].map((full) => {
    disk.full = full;
    beat();
    return disk.content.trim();
  });
  assert.deepEqual(contents, ['1000000000', '1000000001', '', '', '1000000002']);
  assert.deepEqual(events, ['no heartbeat']);
});
