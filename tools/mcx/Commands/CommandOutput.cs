using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using MediaEngine.Floor;
using MediaEngine.Mcx;

namespace MediaEngine.Tool;

/// <summary>What a command says: lines for people, or with <c>--json</c> one object per line.</summary>
public sealed class CommandOutput(bool json, TextWriter output, TextWriter errors)
{
    private static readonly JsonSerializerOptions Options = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        // Floor states keep the names of their clause.
        Converters = { new JsonStringEnumConverter<RegroupAction>(JsonNamingPolicy.CamelCase), new JsonStringEnumConverter() },
    };

    private readonly Lock _lock = new();
    private string _status = string.Empty;

    public bool Json => json;

    /// <summary>The output is a terminal that can move its cursor.</summary>
    public bool IsTerminal { get; } = !json && Terminal.Is(output);

    /// <summary>A line that stays last on a terminal and is written over; elsewhere nothing.</summary>
    public void Status(string text)
    {
        if (!IsTerminal)
            return;
        lock (_lock)
        {
            output.Write($"{Terminal.EraseLine}{text}");
            output.Flush();
            _status = text;
        }
    }

    /// <summary>One thing: a line for people, or an object.</summary>
    public void Print(string text, Func<JsonObject> line) => Line(output, json ? line().ToJsonString(Options) : text);

    /// <summary>Writes over what stood there: <paramref name="text"/> and <paramref name="above"/> lines up.</summary>
    public void Redraw(string text, int above)
    {
        lock (_lock)
        {
            output.Write($"{Terminal.Up(above)}{text}");
            output.Flush();
        }
    }

    public void Event(EndpointEvent happened)
    {
        if (json)
        {
            var line = new JsonObject { ["event"] = NameOf(happened) };
            foreach ((string name, JsonNode? value) in JsonSerializer.SerializeToNode(happened, happened.GetType(), Options)!.AsObject().ToArray())
                line[name] = value?.DeepClone();
            Line(output, line.ToJsonString(Options));
        }
        else if (Describe(happened) is { } text)
        {
            Line(output, string.Create(CultureInfo.InvariantCulture, $"{happened.At.ToLocalTime():HH:mm:ss.fff} {text}"));
        }
    }

    /// <summary>The last line of a command that did what it was asked for.</summary>
    public void Result(string text, JsonObject fields)
    {
        if (!json)
        {
            Line(output, text);
            return;
        }
        var line = new JsonObject { ["result"] = "ok", ["exit"] = ToolExit.Ok };
        foreach ((string name, JsonNode? value) in fields)
            line[name] = value?.DeepClone();
        Line(output, line.ToJsonString(Options));
    }

    public void Warning(string text)
    {
        if (json)
            Line(output, new JsonObject { ["event"] = "warning", ["text"] = text }.ToJsonString(Options));
        else
            Line(errors, $"warning: {text}");
    }

    public void Error(string text, int exitCode, ServerRefusedException? refused = null)
    {
        if (!json)
        {
            Line(errors, $"error: {text}");
            return;
        }
        var line = new JsonObject { ["result"] = "error", ["exit"] = exitCode, ["message"] = text };
        if (refused is not null)
        {
            line["status"] = refused.Status;
            line["warnings"] = new JsonArray([.. refused.Warnings.Select(warning => (JsonNode)warning.Text)]);
        }
        Line(output, line.ToJsonString(Options));
    }

    private static string NameOf(EndpointEvent happened)
    {
        string name = happened is EndpointWarning ? "Warning" : happened.GetType().Name;
        return JsonNamingPolicy.KebabCaseLower.ConvertName(name);
    }

    private static string? Describe(EndpointEvent happened) => happened switch
    {
        Registered e => $"registered {e.AddressOfRecord} for {e.Expires_s} s",
        Affiliated { Groups.Count: 0 } => "affiliated to no group",
        Affiliated e => $"affiliated to {string.Join(", ", e.Groups)}",
        AffiliationsNotified e => e.Describe(),
        RosterNotified e => e.Describe(),
        SubscriptionEnded e => $"subscription to {e.Package} ended: {e.Reason}{(e.Again ? "; it is tried again" : "")}",
        ClientServerKeyUploaded e => $"CSK {e.CskId} made and taken by the server",
        GroupKeyInstalled e => string.Create(
            CultureInfo.InvariantCulture,
            $"GMK {e.GmkId} of {string.Join(", ", e.Groups)}{(e.Renewed ? " again" : "")}{(e.Activation is { } from && from > e.At ? $", from {from:HH:mm:ss} UTC" : "")}{(e.Expiry is { } until ? $", until {until:HH:mm:ss} UTC" : "")}"),
        GroupKeyRevoked e => $"GMK {e.GmkId} revoked",
        GroupKeyRetired e => $"GMK {e.GmkId} is over",
        KeyMessageRefused e => $"{e.Reason}",
        RegroupNotified { Action: RegroupAction.Create } e =>
            $"regroup {e.RegroupUri} formed from {string.Join(", ", e.Groups.Concat(e.Users))}, keys of {e.PreconfiguredGroup}",
        RegroupNotified e => $"regroup {e.RegroupUri} cancelled",
        Invited { Accepted: true } e => $"invited to {e.Group} by {e.CallingUser ?? "the server"}{(e.Broadcast ? ", broadcast" : "")}",
        Invited e => $"invitation to {(e.Group.Length > 0 ? e.Group : "a call")} refused: {e.Reason}",
        CallUp e => $"call {e.Group} is up",
        FloorKeyInstalled e => $"key {e.KeyId} for floor control of {string.Join(", ", e.Groups)} by multicast{(e.Renewed ? " again" : "")}",
        BearerAnnounced e => $"bearer {e.Tmgi} joined at {e.GeneralPurpose}",
        BearerListened e => $"bearer {e.Tmgi}: the server knows that it is listened to",
        BearerLeft e => $"bearer {e.Tmgi} left",
        SubchannelListened e => $"{e.Group} is heard by multicast, media at {e.Media}, floor control at {e.Floor}",
        SubchannelLeft e => $"{e.Group} is no longer heard by multicast",
        FloorGranted e => $"floor of {e.Group} granted{(e.Duration_s > 0 ? $" for {e.Duration_s} s" : "")}",
        FloorOffered e => $"floor of {e.Group}: your turn, press to take it",
        FloorDenied e => $"floor of {e.Group} denied: {e.Phrase} (#{e.Cause})",
        FloorRevoked e => $"floor of {e.Group} revoked: {e.Phrase} (#{e.Cause})",
        FloorQueued { Position: FloorQueuePosition.NotDisclosed } e => $"floor of {e.Group} queued",
        FloorQueued e => $"floor of {e.Group} queued, position {e.Position}",
        FloorRequestTimedOut e => $"floor of {e.Group}: no answer",
        FloorRequestCancelled e => $"{e.Group}: the floor request was taken out of the queue",
        QueueCancelled e => $"{e.Group}: floor requests taken out of the queue (result {e.Result})",
        CallUrgencyChanged e => $"{e.Group}: {e.Urgency} call",
        TalkerChanged { Overridden: true } e => $"{e.Group}: {e.Talker} talks over this client",
        TalkerChanged { Talkers.Count: > 1 } e => $"{e.Group}: {string.Join(", ", e.Talkers)} talk",
        TalkerChanged { Talker: null } e => $"{e.Group}: nobody talks",
        TalkerChanged e => $"{e.Group}: {e.Talker} talks",
        BurstReceived e => string.Create(
            CultureInfo.InvariantCulture,
            $"{e.Group}: heard {e.Burst.Talker ?? "somebody"} for {e.Burst.Duration_s:0.00} s, {e.Burst.Packets} packets, {e.Burst.Lost} lost{(e.File is null ? "" : $", in {e.File}")}"),
        CallEnded e => $"call {e.Group} ended{(e.ByPeer ? " by the server" : "")}{(e.Reason is null ? "" : $": {e.Reason}")}",
        EndpointWarning e => $"warning: {e.Text}",
        _ => null,
    };

    private void Line(TextWriter writer, string text)
    {
        lock (_lock)
        {
            if (_status.Length > 0)
                output.Write(Terminal.EraseLine);
            writer.WriteLine(text);
            writer.Flush();
            if (_status.Length > 0)
            {
                output.Write(_status);
                output.Flush();
            }
        }
    }
}
