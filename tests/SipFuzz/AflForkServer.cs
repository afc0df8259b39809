using System.Globalization;
using System.Reflection;
using System.Runtime.InteropServices;

namespace MediaEngine.SipFuzz;

/// <summary>
/// AFL's side of a program that is started once: its map in shared memory, and the fork server's protocol on two descriptors,
/// answered without forking. A run that throws is reported as ended by SIGABRT; the process lives on.
/// </summary>
internal static unsafe partial class AflForkServer
{
    private const int Control = 198, Status = 199;
    private const int SIGABRT = 6;

    /// <summary>True when AFL started this process.</summary>
    public static bool IsWanted => Environment.GetEnvironmentVariable("__AFL_SHM_ID") is not null;

    /// <summary>Runs the file's contents again and again until AFL closes the descriptors.</summary>
    public static int Serve(string file, Assembly instrumented, Action<byte[]> run)
    {
        Type coverage = instrumented.GetType(CoverageInstrumenter.TypeName) ?? throw new InvalidOperationException($"{instrumented} is not instrumented.");
        byte[] visits = (byte[])coverage.GetField(CoverageInstrumenter.FieldName)!.GetValue(null)!;
        FieldInfo previous = coverage.GetField(CoverageInstrumenter.PreviousName)!;
        object start = 0;
        var map = new Span<byte>((void*)Attach(), CoverageInstrumenter.Map_bytes);
        int pid = Environment.ProcessId;
        if (!TryWrite(0))
            return 1;
        while (read(Control, out _, sizeof(int)) == sizeof(int))
        {
            if (!TryWrite(pid))
                return 1;
            byte[] octets = File.ReadAllBytes(file);
            int status = 0;
            Array.Clear(visits);
            previous.SetValue(null, start);
            try
            {
                run(octets);
            }
            catch (Exception)
            {
                // The program tells what it was when it is given the saved file alone.
                status = SIGABRT;
            }
            visits.CopyTo(map);
            // No way at all through it looks to AFL like a program without its instrumentation.
            map[0] |= 1;
            if (!TryWrite(status))
                return 1;
        }
        return 0;
    }

    private static nint Attach()
    {
        int id = int.Parse(Environment.GetEnvironmentVariable("__AFL_SHM_ID")!, CultureInfo.InvariantCulture);
        nint address = shmat(id, 0, 0);
        return address != -1 ? address : throw new InvalidOperationException($"AFL's map cannot be attached: error {Marshal.GetLastPInvokeError()}.");
    }

    private static bool TryWrite(int value) => write(Status, value, sizeof(int)) == sizeof(int);

    [LibraryImport("libc", SetLastError = true)]
    private static partial nint shmat(int id, nint address, int flags);

    [LibraryImport("libc", SetLastError = true)]
    private static partial nint read(int descriptor, out int value, nuint length);

    [LibraryImport("libc", SetLastError = true)]
    private static partial nint write(int descriptor, in int value, nuint length);
}
