using System.Diagnostics.CodeAnalysis;

namespace MediaEngine.Media;

/// <summary>Gives calls the queue that leads to their multicast bearer.</summary>
public interface IMulticastOutput
{
    /// <summary>False, with the reason, when this machine cannot send to the bearer. Released once per success.</summary>
    bool TryAcquire(
        MulticastBearer bearer,
        [NotNullWhen(true)] out SendQueue? queue,
        [NotNullWhen(false)] out string? reason);

    void Release(MulticastBearer bearer);
}
