namespace MediaEngine.Mcx;

/// <summary>What a client listens to, or no longer listens to (TS 24.379 14.2.3).</summary>
public sealed record MbmsListeningReport
{
    public required bool Listens { get; init; }

    /// <summary>The general purpose subchannel.</summary>
    public bool GeneralPurpose { get; init; }

    /// <summary>MCPTT session identities of the calls whose subchannels it is about.</summary>
    public IReadOnlyList<string> Sessions { get; init; } = [];

    /// <summary>The bearers it is about.</summary>
    public required IReadOnlyList<Tmgi> Tmgis { get; init; }
}
