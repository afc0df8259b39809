namespace MediaEngine.Mcx;

/// <summary>Times and bounds of managed keys.</summary>
public sealed record KeyOptions
{
    /// <summary>From a new GMK's making to its activation: the time its distribution has.</summary>
    public TimeSpan Lead { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How long the GMK before stays valid after that.</summary>
    public TimeSpan Overlap { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>The same when somebody who holds it has left the group.</summary>
    public TimeSpan RevocationOverlap { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>Until a GMK that was not acknowledged is sent again, doubled each time.</summary>
    public TimeSpan RetryInterval { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>So many times; then at the next registration.</summary>
    public int MaxRetries { get; init; } = 5;

    /// <summary>Messages with GMKs that the host is asked for at a time.</summary>
    public int MaxMessagesInWork { get; init; } = 64;

    /// <summary>Uploaded CSKs that wait to be opened at a time; one more REGISTER gets 503.</summary>
    public int MaxUploadsInWork { get; init; } = 256;

    /// <summary>How long either may take the host; below Timer F, in which the client waits.</summary>
    public TimeSpan WorkTimeout { get; init; } = TimeSpan.FromSeconds(15);
}
