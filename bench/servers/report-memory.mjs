// Loaded before a server under measurement: on SIGUSR2 it collects garbage and tells its memory on stderr.
process.on('SIGUSR2', () => {
  global.gc?.();
  const { rss, heapUsed } = process.memoryUsage();
  process.stderr.write(`\nmemory ${JSON.stringify({ rss, heapUsed })}\n`);
});
