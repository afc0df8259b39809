using System.Buffers;
using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using MediaEngine.Sip;

namespace MediaEngine.Bench.Micro;

/// <summary>What reading and writing a SIP message costs, against the goals; no peer.</summary>
internal static class SipBench
{
    private const int PerRound = 20_000;
    private const double Register_ns = 1000;
    private const double Invite_ns = 3000;
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { WriteIndented = true };

    public static int Run(bool json, bool strict, int rounds)
    {
        List<Row> rows =
        [
            .. Rows("REGISTER of 600 octets", SipMessages.Register, Register_ns, rounds),
            .. Rows("multipart INVITE of 2048 octets", SipMessages.Invite, Invite_ns, rounds),
        ];
        if (json)
            Console.WriteLine(JsonSerializer.Serialize(rows, Json));
        else
        {
            foreach (Row row in rows)
                Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{row.Measure,-50} {row.Value,8:F0} {row.Unit,-3} goal {row.Goal,6:F0}  {(row.Met == true ? "met" : "MISSED")}"));
        }
        return strict && rows.Exists(row => row.Met == false) ? 1 : 0;
    }

    private static IEnumerable<Row> Rows(string what, byte[] octets, double goal_ns, int rounds)
    {
        SipParser.TryParse(octets, SipLimits.Default, out SipMessage? message);
        var buffer = new ArrayBufferWriter<byte>(4096);
        yield return Time("parse, " + what, () => SipParser.TryParse(octets, SipLimits.Default, out _), goal_ns, rounds);
        yield return Time("write, " + what, () =>
        {
            buffer.ResetWrittenCount();
            SipWriter.Write(message!, buffer);
        }, goal_ns, rounds);
    }

    private static Row Time(string measure, Action action, double goal_ns, int rounds)
    {
        double median_ns = Interleaved.Median(() =>
        {
            long started = Stopwatch.GetTimestamp();
            for (int i = 0; i < PerRound; i++)
                action();
            return Stopwatch.GetElapsedTime(started).TotalNanoseconds / PerRound;
        }, rounds);
        return new Row(measure, median_ns, "ns", "none", null, null, goal_ns, median_ns <= goal_ns);
    }
}
