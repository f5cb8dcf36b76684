// Works tasks off, one after the other.
type Task = () => Promise<void>;

export async function work(tasks: Task[]): Promise<number> {
  let done = 0;
  tasks.forEach(async (task) => {
    await task();
    done += 1;
  });
  return done;
}
