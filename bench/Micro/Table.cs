using System.Globalization;
using System.Text.Json;

namespace MediaEngine.Bench.Micro;

/// <summary>Rows for people, and for programs.</summary>
internal static class Table
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { WriteIndented = true };

    public static void PrintJson(IReadOnlyList<Row> rows) => Console.WriteLine(JsonSerializer.Serialize(rows, Json));

    /// <summary>Every row, then how many goals are met and which are missed.</summary>
    public static void Print(IReadOnlyList<Row> rows)
    {
        int width = rows.Max(row => row.Measure.Length);
        Console.WriteLine(
            $"{"measure".PadRight(width)} {"ours",8} {"unit",-9} {"peer",-15} {"peer's",8} {"ratio",6} {"goal",7}  met  off by");
        foreach (Row row in rows)
        {
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"{row.Measure.PadRight(width)} {row.Value,8:0.#} {row.Unit,-9} {row.Peer,-15} {row.PeerValue,8:0.#} " +
                $"{row.Ratio,6:F2} {row.Goal,7:0.##}  {Met(row),-3} {OffBy(row),7}"));
        }
        Row[] missed = [.. rows.Where(row => row.Met == false)];
        Console.WriteLine($"Goals: {rows.Count(row => row.Met == true)} met, {missed.Length} missed.");
        foreach (Row row in missed)
            Console.WriteLine($"  {row.Measure}, {row.Peer}: {OffBy(row)}");
    }

    private static string Met(Row row) => row.Met switch
    {
        true => "yes",
        false => "NO",
        null => "-",
    };

    // What is judged lies this far above (+) or below (-) the goal.
    private static string OffBy(Row row)
    {
        if (row.Goal is not double goal || (row.Ratio ?? row.Value) is not double judged)
            return "";
        return goal == 0
            ? string.Create(CultureInfo.InvariantCulture, $"{judged - goal:+0;-0;0}")
            : string.Create(CultureInfo.InvariantCulture, $"{100 * (judged / goal - 1):+0;-0;0} %");
    }
}
