/**
 * Whether this machine has no process of this number any more. One that has ended, but that nobody
 * has waited for, is still there.
 */
export function isGone(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return false;
  } catch (error) {
    // One that belongs to another user is there, too.
    return error instanceof Error && "code" in error && error.code === "ESRCH";
  }
}
