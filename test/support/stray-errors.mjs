// Loaded into a role by --import: throws where nobody catches, once the role is up.
const later = setInterval(() => {
  if (process.listenerCount('SIGTERM') === 0) return;
  clearInterval(later);
  setTimeout(() => {
    void Promise.reject(new Error('stray rejection'));
    setTimeout(() => {
      throw new Error('stray timer');
    });
  }, 100);
}, 20);
