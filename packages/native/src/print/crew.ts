/** Turns of waiting before a thread goes to sleep: some tens of microseconds, which is what waking one up takes. */
const spins = 4000;

/**
 * Threads that run programs together, and the barrier between their shares.
 *
 * The last one to come to the barrier counts the phase up, and the others wait for that. Whoever goes to sleep says so
 * before it looks at the phase for the last time, so that it is either woken up or does not fall asleep. Who drops out
 * of a run says in which phase, and comes once more; the others learn it there and leave too.
 */
export const crewSource: string = `
#include <pthread.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>

typedef int (*share)(double *, int);
typedef struct crew crew;
typedef struct { crew *of; int thread; pthread_t handle; } member;
struct crew {
  int threads;
  _Alignas(64) atomic_int arrived;
  _Alignas(64) atomic_uint phase;
  atomic_uint failed;
  atomic_int asleep;
  pthread_mutex_t lock;
  pthread_cond_t wake;
  share entry;
  double *told;
  int ends;
  member *members;
};

#if defined(__x86_64__) || defined(__i386__)
#define RELAX() __builtin_ia32_pause()
#elif defined(__aarch64__)
#define RELAX() __asm__ volatile("yield")
#else
#define RELAX() ((void)0)
#endif

static int barrier(uint64_t address) {
  crew *c = (crew *)address;
  const unsigned before = atomic_load(&c->phase);
  if (atomic_fetch_add(&c->arrived, 1) == c->threads - 1) {
    atomic_store(&c->arrived, 0);
    atomic_fetch_add(&c->phase, 1);
    if (atomic_load(&c->asleep) > 0) {
      pthread_mutex_lock(&c->lock);
      pthread_cond_broadcast(&c->wake);
      pthread_mutex_unlock(&c->lock);
    }
  } else {
    for (int turn = 0; turn < ${spins} && atomic_load(&c->phase) == before; turn++) RELAX();
    if (atomic_load(&c->phase) == before) {
      atomic_fetch_add(&c->asleep, 1);
      pthread_mutex_lock(&c->lock);
      while (atomic_load(&c->phase) == before) pthread_cond_wait(&c->wake, &c->lock);
      pthread_mutex_unlock(&c->lock);
      atomic_fetch_sub(&c->asleep, 1);
    }
  }
  return atomic_load(&c->failed) == before;
}

static void *work(void *argument) {
  member *m = argument;
  crew *c = m->of;
  for (;;) {
    barrier((uint64_t)c);
    if (c->ends) return 0;
    // Who has left at a barrier because another one dropped out has met the others there for the last time.
    if (!c->entry(c->told, m->thread)) barrier((uint64_t)c);
  }
}

int crew_run(uint64_t address, uint64_t entry, uint64_t told) {
  crew *c = (crew *)address;
  c->entry = (share)entry;
  c->told = (double *)told;
  atomic_store(&c->failed, atomic_load(&c->phase) - 1);
  barrier(address);
  const int failed = c->entry(c->told, 0);
  if (failed) atomic_store(&c->failed, atomic_load(&c->phase));
  barrier(address);
  return failed;
}

void crew_end(uint64_t address) {
  crew *c = (crew *)address;
  c->ends = 1;
  barrier(address);
  for (int i = 1; i < c->threads; i++) pthread_join(c->members[i].handle, 0);
  pthread_mutex_destroy(&c->lock);
  pthread_cond_destroy(&c->wake);
  free(c->members);
  free(c);
}

/** As many threads as there can be, the caller being the first; 0 when there is no memory. */
uint64_t crew_new(int threads) {
  crew *c = aligned_alloc(64, (sizeof(crew) + 63) / 64 * 64);
  member *members = calloc((size_t)threads, sizeof(member));
  if (!c || !members) {
    free(c);
    free(members);
    return 0;
  }
  *c = (crew){.threads = threads, .members = members};
  pthread_mutex_init(&c->lock, 0);
  pthread_cond_init(&c->wake, 0);
  for (int i = 1; i < threads; i++) {
    members[i] = (member){.of = c, .thread = i};
    if (pthread_create(&members[i].handle, 0, work, &members[i]) == 0) continue;
    // Those that are there wait for the others at their first barrier: it is told to expect only them, and they end.
    c->threads = i;
    crew_end((uint64_t)c);
    return 0;
  }
  return (uint64_t)c;
}

uint64_t crew_barrier(void) { return (uint64_t)barrier; }
`;
