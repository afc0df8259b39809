using System.CommandLine;

namespace MediaEngine.Tool;

/// <summary>The options that say what kind of call is made.</summary>
internal sealed class CallKindOptions
{
    private readonly Option<bool> _emergency = new("--emergency") { Description = "Make it an emergency call" };
    private readonly Option<bool> _imminentPeril = new("--imminent-peril") { Description = "Make it an imminent peril call" };
    private readonly Option<bool> _broadcast = new("--broadcast") { Description = "Make it a broadcast group call: nobody else may talk" };
    private readonly Option<bool> _privacy = new("--privacy") { Description = "Ask not to be named to the others" };
    private readonly Option<byte?> _priority = new("--priority") { Description = "Floor priority to offer, 1 to 255", HelpName = "number" };

    public CallKindOptions() => _priority.Validators.Add(result =>
    {
        if (result.GetValueOrDefault<byte?>() == 0)
            result.AddError("--priority is 1 to 255.");
    });

    public IReadOnlyList<Option> All => [_emergency, _imminentPeril, _broadcast, _privacy, _priority];

    public CallOptions Read(ParseResult parsed) => new()
    {
        Urgency = parsed.GetValue(_emergency) ? CallUrgency.Emergency
            : parsed.GetValue(_imminentPeril) ? CallUrgency.ImminentPeril
            : CallUrgency.Normal,
        Broadcast = parsed.GetValue(_broadcast),
        Privacy = parsed.GetValue(_privacy),
        FloorPriority = parsed.GetValue(_priority),
    };
}
