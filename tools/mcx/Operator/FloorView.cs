using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using MediaEngine.Server;

namespace MediaEngine.Tool;

/// <summary>Shows floors as they come: a table that is drawn over itself on a terminal, elsewhere a line per event.</summary>
internal sealed class FloorView(CommandOutput output)
{
    private const int Decisions = 5;

    private readonly SortedDictionary<string, OperatorFloor> _floors = new(StringComparer.Ordinal);
    private readonly Dictionary<string, (long Number, string Who)> _told = [];
    private int _drawn;

    /// <summary>A floor that changed; on a terminal <see cref="Draw"/> shows it.</summary>
    public void Take(OperatorFloor floor)
    {
        if (output.IsTerminal)
        {
            // What ended stays until something else happens.
            foreach (OperatorFloor ended in _floors.Values.Where(other => other.State == OperatorFloorState.Ended).ToArray())
                _floors.Remove(ended.Call);
            _floors[floor.Call] = floor;
            return;
        }
        if (output.Json)
        {
            output.Print(string.Empty, () => JsonOf(OperatorLine.FloorEvent, floor));
            return;
        }
        (long number, string who) = _told.GetValueOrDefault(floor.Call, (0, string.Empty));
        foreach (OperatorDecision decision in floor.Decisions.Where(decision => decision.Number > number))
            Tell(decision.At, $"{Terminal.Plain(floor.Group)}: {FloorText.Describe(decision)}");
        // A talk time that begins to run is nothing new.
        string now = $"{floor.State} {string.Join(' ', floor.Talkers.Select(talker => talker.Leg))}, {string.Join(' ', floor.Waiting.Select(waiting => waiting.Leg))}";
        if (now != who)
            Tell(floor.At, FloorText.Line(floor));
        _told[floor.Call] = (floor.Decisions.Count == 0 ? 0 : floor.Decisions[^1].Number, now);
        if (floor.State == OperatorFloorState.Ended)
            _told.Remove(floor.Call);
    }

    /// <summary>Draws the table with times up to now, on a terminal.</summary>
    public void Draw()
    {
        if (!output.IsTerminal)
            return;
        DateTimeOffset now = DateTimeOffset.UtcNow;
        string[] lines = _floors.Count == 0 ? ["no call is up"] : [.. _floors.Values.SelectMany(floor => FloorText.Table(floor, now, Decisions))];
        int room = Console.WindowHeight > 2 ? Console.WindowHeight - 1 : int.MaxValue;
        int width = Console.WindowWidth > 10 ? Console.WindowWidth - 1 : int.MaxValue;
        string[] shown = [.. lines.Take(room).Select(line => line.Length > width ? line[..width] : line)];
        output.Redraw(string.Concat(shown.Select(line => $"{(line.StartsWith("  talks", StringComparison.Ordinal) ? Terminal.Bold(line) : line)}\n")), _drawn);
        _drawn = shown.Length;
    }

    /// <summary>The calls as they are, once.</summary>
    public void List(OperatorCallList list)
    {
        foreach (OperatorCall call in list.Calls)
        {
            output.Print(
                string.Join('\n', Lines(call)),
                () => JsonOf("call", call));
        }
    }

    private static IEnumerable<string> Lines(OperatorCall call)
    {
        DateTimeOffset now = call.Floor?.At ?? DateTimeOffset.UtcNow;
        IEnumerable<string> floor = call.Floor is null ? [$"{Terminal.Plain(call.Group)}  floor not known"] : FloorText.Table(call.Floor, now, decisions: 0);
        return floor.Append(string.Create(
            CultureInfo.InvariantCulture,
            $"  up since {call.Since.ToLocalTime():HH:mm:ss}: {string.Join(", ", call.Participants.Select(Terminal.Plain))}"));
    }

    private void Tell(DateTimeOffset at, string text) =>
        output.Print(string.Create(CultureInfo.InvariantCulture, $"{at.ToLocalTime():HH:mm:ss.fff} {text}"), () => new JsonObject());

    private static JsonObject JsonOf<T>(string name, T content)
    {
        var line = new JsonObject { ["event"] = name };
        foreach ((string key, JsonNode? value) in JsonSerializer.SerializeToNode(content, OperatorJson.Options)!.AsObject().ToArray())
            line[key] = value?.DeepClone();
        return line;
    }
}
