// Messages over MPI, for Swift, which cannot call what mpi.h has as macros. Everything is empty unless
// MPI is defined, as the package's trait of that name does.
//
// Calls return 0, or an error of MPI's whose text mpi_messages_error gives.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/// A message under way: an MPI_Request, whatever the library takes for one.
typedef struct {
    uint64_t request;
} mpi_message;

/// Where a process stands.
typedef struct {
    int rank, count;
    /// Processes on this host, this one among them.
    int local_count;
    /// Whether threads may call MPI one after another.
    bool allows_threads;
    /// Whether threads may call MPI at once, so that a second one can tell others that this process
    /// lives.
    bool has_beats;
} mpi_place;

/// Joins the other processes that were started.
int mpi_messages_start(mpi_place *place);
/// Leaves them, when all do; waits for others a few seconds at the most.
void mpi_messages_finish(void);
/// Ends all processes, this one with that exit code.
_Noreturn void mpi_messages_abort(int code);

int mpi_messages_send(const void *bytes, size_t count, int peer, int tag, mpi_message *message);
int mpi_messages_receive(void *bytes, size_t count, int peer, int tag, mpi_message *message);
int mpi_messages_test(mpi_message *message, bool *is_done);
void mpi_messages_error(int error, char *text, size_t size);

/// For how many seconds, at most, nothing was heard of a process, while this one was running; 0 for
/// those of which process 0 alone hears.
double mpi_messages_silence(int peer);

/// Lets those who hear of this process know that it ends by an error that it has told, and waits until
/// they have heard.
void mpi_messages_tell(void);
/// Whether a process ends by an error that it has told.
bool mpi_messages_is_told(void);

/// The name of this host.
void mpi_messages_host(char *name, size_t size);
/// How many processors this process may use: fewer than the machine has, where it is bound to some.
int mpi_messages_processors(void);
