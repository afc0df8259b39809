using BenchmarkDotNet.Attributes;
using MediaEngine.Keys;
using MediaEngine.Srtp;

namespace MediaEngine.Bench.Micro;

/// <summary>What the first packet of an unknown sender costs before it can be authenticated.</summary>
[MemoryDiagnoser]
public class KeyBenchmarks : IDisposable
{
    private static readonly KeyIdentifier Sender = new(0x01c8de7b);

    private readonly GroupMasterKey _group = new(new KeyIdentifier(0x09bf9d37), new byte[16], new byte[16]);

    /// <summary>GMK to SRTP master key.</summary>
    [Benchmark]
    public void DeriveMediaKey() => _group.DeriveMediaKey(Sender).Dispose();

    /// <summary>GMK to SRTP and SRTCP session keys.</summary>
    [Benchmark]
    public void DeriveSessionKeys()
    {
        using SrtpMasterKey key = _group.DeriveMediaKey(Sender);
        using var sender = new SrtpSender(key, SrtpPolicy.GroupMedia);
    }

    [GlobalCleanup]
    public void Dispose()
    {
        _group.Dispose();
        GC.SuppressFinalize(this);
    }
}
