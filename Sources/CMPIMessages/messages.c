// A thread tells process 0 four times a second that this process lives, and process 0 tells all others.
// So whoever waits knows the process that died, or whose host is cut off, from those that only compute,
// or wait themselves. Silence is counted in this thread's own turns: a machine that was suspended, or
// processes that were stopped and go on, have missed nothing.
#define _GNU_SOURCE
#include "CMPIMessages.h"

#ifdef MPI
#include <limits.h>
#include <mpi.h>
#include <pthread.h>
#include <sched.h>
#include <setjmp.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { BEATS_A_SECOND = 4, BEAT_TAG = 1 };
/// What a beat says.
enum { ALIVE = 1, TELLING = 2, LAST = 3 };

static MPI_Comm messages = MPI_COMM_NULL, beats = MPI_COMM_NULL;
static int rank, count;

_Static_assert(sizeof(MPI_Request) <= sizeof(uint64_t), "a request is a pointer or a number");

// MARK: Beats

typedef struct {
    int peer;
    int received, sent;
    MPI_Request receiving, sending;
    bool has_ended;  // whether its last one was received
} beat;

static beat *watched;
static int watched_count;
static atomic_int *silent;  // turns since a process was heard of
static atomic_bool is_leaving, is_told;
static atomic_int state = ALIVE;
static pthread_t beating;
static bool has_thread;

static void take_beats(beat *from) {
    int is_done = 1;
    while (is_done && !from->has_ended) {
        if (from->receiving == MPI_REQUEST_NULL &&
            MPI_Irecv(&from->received, 1, MPI_INT, from->peer, BEAT_TAG, beats, &from->receiving))
            return;
        if (MPI_Test(&from->receiving, &is_done, MPI_STATUS_IGNORE)) return;
        if (!is_done) return;
        atomic_store(&silent[from->peer], 0);
        if (from->received == TELLING) atomic_store(&is_told, true);
        from->has_ended = from->received == LAST;
    }
}

static void send_beat(beat *to) {
    int is_done = 1;
    if (to->sending != MPI_REQUEST_NULL && MPI_Test(&to->sending, &is_done, MPI_STATUS_IGNORE))
        return;
    if (!is_done) return;
    to->sent = atomic_load(&state);
    MPI_Isend(&to->sent, 1, MPI_INT, to->peer, BEAT_TAG, beats, &to->sending);
}

static void *beat_thread(void *unused) {
    (void)unused;
    const struct timespec pause = {.tv_nsec = 1000000000 / BEATS_A_SECOND};
    while (!atomic_load(&is_leaving)) {
        for (int i = 0; i < watched_count; i++) {
            atomic_fetch_add(&silent[watched[i].peer], 1);
            take_beats(&watched[i]);
            send_beat(&watched[i]);
        }
        nanosleep(&pause, NULL);
    }
    return NULL;
}

/// Takes the beats that are on their way. After its last one each process sends nothing more.
static void end_beats(void) {
    for (int i = 0; i < watched_count; i++) {
        beat *peer = &watched[i];
        if (peer->sending != MPI_REQUEST_NULL) MPI_Wait(&peer->sending, MPI_STATUS_IGNORE);
        peer->sent = LAST;
        MPI_Isend(&peer->sent, 1, MPI_INT, peer->peer, BEAT_TAG, beats, &peer->sending);
        while (!peer->has_ended) {
            if (peer->receiving == MPI_REQUEST_NULL &&
                MPI_Irecv(&peer->received, 1, MPI_INT, peer->peer, BEAT_TAG, beats, &peer->receiving))
                break;
            if (MPI_Wait(&peer->receiving, MPI_STATUS_IGNORE)) break;
            peer->has_ended = peer->received == LAST;
        }
        MPI_Wait(&peer->sending, MPI_STATUS_IGNORE);
    }
}

static int start_beats(void) {
    watched_count = rank == 0 ? count - 1 : 1;
    watched = calloc((size_t)watched_count, sizeof *watched);
    silent = calloc((size_t)count, sizeof *silent);
    if (watched == NULL || silent == NULL) return MPI_ERR_NO_MEM;
    for (int i = 0; i < watched_count; i++) {
        watched[i].peer = rank == 0 ? i + 1 : 0;
        watched[i].receiving = watched[i].sending = MPI_REQUEST_NULL;
    }
    has_thread = pthread_create(&beating, NULL, beat_thread, NULL) == 0;
    return 0;
}

double mpi_messages_silence(int peer) {
    return silent == NULL ? 0 : (double)atomic_load(&silent[peer]) / BEATS_A_SECOND;
}

void mpi_messages_tell(void) {
    atomic_store(&state, TELLING);
    const struct timespec pause = {.tv_nsec = 800000000};
    if (has_thread) nanosleep(&pause, NULL);
}

bool mpi_messages_is_told(void) { return atomic_load(&is_told); }

// MARK: Beginning and end

int mpi_messages_start(mpi_place *place) {
    int level = MPI_THREAD_SINGLE;
    int error = MPI_Init_thread(NULL, NULL, MPI_THREAD_MULTIPLE, &level);
    if (error) return error;
    // Errors are told by those who call.
    MPI_Comm_set_errhandler(MPI_COMM_WORLD, MPI_ERRORS_RETURN);
    MPI_Comm host = MPI_COMM_NULL;
    if ((error = MPI_Comm_dup(MPI_COMM_WORLD, &messages)) ||
        (error = MPI_Comm_dup(MPI_COMM_WORLD, &beats)) ||
        (error = MPI_Comm_rank(messages, &rank)) || (error = MPI_Comm_size(messages, &count)) ||
        (error = MPI_Comm_split_type(
             MPI_COMM_WORLD, MPI_COMM_TYPE_SHARED, 0, MPI_INFO_NULL, &host)) ||
        (error = MPI_Comm_size(host, &place->local_count)))
        return error;
    MPI_Comm_free(&host);
    MPI_Comm_set_errhandler(messages, MPI_ERRORS_RETURN);
    MPI_Comm_set_errhandler(beats, MPI_ERRORS_RETURN);
    if (level == MPI_THREAD_MULTIPLE && count > 1 && (error = start_beats())) return error;
    place->rank = rank;
    place->count = count;
    place->allows_threads = level >= MPI_THREAD_SERIALIZED;
    place->has_beats = has_thread;
    return 0;
}

static sigjmp_buf given_up;
static void give_up(int signal) {
    (void)signal;
    siglongjmp(given_up, 1);
}

#ifdef __GLIBC__
static void exit_at_once(int code, void *unused) {
    (void)unused;
    fflush(NULL);
    _exit(code);
}
#endif

// By now all have done what they have to. MPICH over UCX and TCP does not always come back from
// MPI_Finalize (4.0.2), and a host may have gone: then this process goes on without, and what the
// library would do at its exit is left out. The first one waits the shortest, for the launcher may end
// the others when one has gone.
void mpi_messages_finish(void) {
    atomic_store(&is_leaving, true);
    if (has_thread) pthread_join(beating, NULL);
    if (sigsetjmp(given_up, 1) == 0) {
        signal(SIGALRM, give_up);
        alarm(rank == 0 ? 5 : 15);
        if (has_thread) end_beats();
        MPI_Finalize();
    } else {
#ifdef __GLIBC__
        on_exit(exit_at_once, NULL);
#endif
    }
    alarm(0);
    signal(SIGALRM, SIG_DFL);
}

_Noreturn void mpi_messages_abort(int code) {
    alarm(5);
    MPI_Abort(MPI_COMM_WORLD, code);
    _exit(code);
}

// MARK: Messages

static void store(MPI_Request request, mpi_message *message) {
    message->request = 0;
    memcpy(&message->request, &request, sizeof request);
}

int mpi_messages_send(const void *bytes, size_t size, int peer, int tag, mpi_message *message) {
    if (size > INT_MAX) return MPI_ERR_COUNT;
    MPI_Request request;
    const int error = MPI_Isend(bytes, (int)size, MPI_BYTE, peer, tag, messages, &request);
    if (!error) store(request, message);
    return error;
}

int mpi_messages_receive(void *bytes, size_t size, int peer, int tag, mpi_message *message) {
    if (size > INT_MAX) return MPI_ERR_COUNT;
    MPI_Request request;
    const int error = MPI_Irecv(bytes, (int)size, MPI_BYTE, peer, tag, messages, &request);
    if (!error) store(request, message);
    return error;
}

int mpi_messages_test(mpi_message *message, bool *is_done) {
    MPI_Request request;
    memcpy(&request, &message->request, sizeof request);
    int done = 0;
    const int error = MPI_Test(&request, &done, MPI_STATUS_IGNORE);
    store(request, message);
    *is_done = done;
    return error;
}

void mpi_messages_error(int error, char *text, size_t size) {
    char all[MPI_MAX_ERROR_STRING] = "unknown error";
    int length = 0;
    MPI_Error_string(error, all, &length);
    strncpy(text, all, size - 1);
    text[size - 1] = 0;
}

// MARK: The host

void mpi_messages_host(char *name, size_t size) {
    if (gethostname(name, size)) strncpy(name, "unknown", size);
    name[size - 1] = 0;
}

int mpi_messages_processors(void) {
#ifdef __linux__
    cpu_set_t set;
    if (sched_getaffinity(0, sizeof set, &set) == 0) return CPU_COUNT(&set);
#endif
    return (int)sysconf(_SC_NPROCESSORS_ONLN);
}
#endif
