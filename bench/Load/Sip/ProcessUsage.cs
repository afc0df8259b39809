using System.Globalization;

namespace MediaEngine.Bench.Load;

/// <summary>What the kernel says a process and its children use.</summary>
internal static class ProcessUsage
{
    private const double TicksPerSecond = 100;

    /// <summary>User and system time so far, in seconds.</summary>
    public static double Processor_s(int process)
    {
        double sum_s = 0;
        foreach (int id in WithChildren(process))
        {
            // The name, in parentheses, may hold anything.
            string stat = File.ReadAllText($"/proc/{id}/stat");
            string[] fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
            sum_s += (Number(fields[11]) + Number(fields[12])) / TicksPerSecond;
        }
        return sum_s;
    }

    /// <summary>Resident memory of the process alone, in MiB.</summary>
    public static double Resident_MiB(int process) => Status_MiB(process, "VmRSS:");

    /// <summary>The most it was since <see cref="ForgetPeak"/>, in MiB.</summary>
    public static double PeakResident_MiB(int process) => Status_MiB(process, "VmHWM:");

    /// <summary>proc(5), clear_refs.</summary>
    public static void ForgetPeak(int process) => File.WriteAllText($"/proc/{process}/clear_refs", "5");

    private static double Status_MiB(int process, string name)
    {
        string line = File.ReadLines($"/proc/{process}/status").First(line => line.StartsWith(name, StringComparison.Ordinal));
        return Number(line.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)[1]) / 1024;
    }

    private static IEnumerable<int> WithChildren(int process)
    {
        string children = File.ReadAllText($"/proc/{process}/task/{process}/children");
        return children.Split(' ', StringSplitOptions.RemoveEmptyEntries)
            .SelectMany(child => WithChildren(int.Parse(child, CultureInfo.InvariantCulture))).Prepend(process);
    }

    private static double Number(string text) => double.Parse(text, CultureInfo.InvariantCulture);
}
