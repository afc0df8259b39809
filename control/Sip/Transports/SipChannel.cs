namespace MediaEngine.Sip;

/// <summary>How messages travel over an established connection.</summary>
internal abstract class SipChannel : IDisposable
{
    /// <summary>Reads until the peer closes, breaks the framing or lets a deadline pass; hands everything to the connection.</summary>
    public abstract Task ReadAsync(StreamConnection connection);

    /// <summary>Writes one message; called by one writer.</summary>
    public abstract ValueTask WriteAsync(ReadOnlyMemory<byte> message, CancellationToken cancellation);

    public abstract void Dispose();
}
