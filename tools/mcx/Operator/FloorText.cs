using System.Globalization;
using MediaEngine.Media;
using MediaEngine.Server;

namespace MediaEngine.Tool;

/// <summary>The floor of a call in words.</summary>
internal static class FloorText
{
    /// <summary>A table of lines: the call, who talks, who waits, what was decided last.</summary>
    /// <param name="now">What times are counted to.</param>
    /// <param name="decisions">How many decisions, newest first.</param>
    public static IEnumerable<string> Table(OperatorFloor floor, DateTimeOffset now, int decisions)
    {
        yield return $"{Plain(floor.Group)}  {StateOf(floor.State)}";
        foreach (OperatorTalker talker in floor.Talkers)
        {
            double left_s = talker.LeftRuns ? talker.Left_s - (now - floor.At).TotalSeconds : talker.Left_s;
            yield return Format($"  talks {"",-4} {Plain(talker.McpttId),-36} {Seconds(now - talker.Since)}  {Math.Max(0, left_s),7:0.0} s {(talker.Revoked ? "of grace" : "left")}{Weight(talker.CallType, talker.Priority)}{(talker.Overriding ? ", overrides" : "")}");
        }
        foreach (OperatorWaiting waiting in floor.Waiting)
            yield return Format($"  waits {waiting.Position,-4} {Plain(waiting.McpttId),-36} {Seconds(now - waiting.Since)}{Weight(waiting.CallType, waiting.Priority)}{(waiting.Preempts ? ", pre-empts" : "")}");
        foreach (OperatorDecision decision in floor.Decisions.Reverse().Take(decisions))
            yield return Format($"  {decision.At.ToLocalTime():HH:mm:ss}   {Describe(decision)}");
    }

    /// <summary>One line with all of it.</summary>
    public static string Line(OperatorFloor floor)
    {
        var parts = new List<string> { StateOf(floor.State) };
        parts.AddRange(floor.Talkers.Select(talker => Format(
            $"{Plain(talker.McpttId)} talks for {Seconds(floor.At - talker.Since).TrimStart()}, {talker.Left_s:0.0} s {(talker.Revoked ? "of grace" : "left")}")));
        parts.AddRange(floor.Waiting.Select(waiting => Format(
            $"{waiting.Position}: {Plain(waiting.McpttId)} waits for {Seconds(floor.At - waiting.Since).TrimStart()}")));
        return $"{Plain(floor.Group)}: {string.Join("; ", parts)}";
    }

    public static string Describe(OperatorDecision decision) => decision.Decision switch
    {
        FloorDecisionKind.Granted => $"{Plain(decision.McpttId)} talks",
        FloorDecisionKind.Queued => $"{Plain(decision.McpttId)} waits",
        FloorDecisionKind.Released => $"{Plain(decision.McpttId)} stopped",
        _ => Format($"{Plain(decision.McpttId)} {(decision.Decision == FloorDecisionKind.Denied ? "denied" : "revoked")}: {Plain(decision.Phrase ?? "")} (#{decision.Cause})"),
    };

    private static string StateOf(OperatorFloorState state) => state switch
    {
        OperatorFloorState.PendingRevoke => "pending revoke",
        _ => state.ToString().ToLowerInvariant(),
    };

    private static string Weight(string callType, int priority) =>
        Format($"  {(callType == "normal" ? "" : $"{Plain(callType)}, ")}priority {priority}");

    private static string Seconds(TimeSpan span) => Format($"{Math.Max(0, span.TotalSeconds),7:0.0} s");

    private static string Plain(string text) => Terminal.Plain(text);

    private static string Format(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
