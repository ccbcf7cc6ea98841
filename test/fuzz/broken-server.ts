import http from 'node:http';

/** Runs a server with the named fault, which requests to /plan trigger. Sends its port to the parent process. For tests of the fuzzer. */

const [, , fault = ''] = process.argv;

const FAULTS: Readonly<Record<string, (outgoing: http.ServerResponse) => void>> = {
  fails: (outgoing) => void outgoing.writeHead(500).end('no'),
  ends: () => process.exit(1),
  hangs: () => {
    for (;;);
  },
  silent: () => {},
};

const server = http.createServer((incoming, outgoing) => {
  incoming.resume();
  incoming.on('end', () => {
    const show = incoming.url?.startsWith('/plan') ? FAULTS[fault] : undefined;
    if (show) show(outgoing);
    else outgoing.end('fine');
  });
});
server.listen(0, '127.0.0.1', () => process.send?.(server.address()));
process.on('disconnect', () => process.exit());
