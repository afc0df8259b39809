using BenchmarkDotNet.Attributes;
using MediaEngine.Srtp;

namespace MediaEngine.Bench.Micro;

/// <summary>One packet to many keys, and as many packets from them, by the batch calls; per packet.</summary>
[MemoryDiagnoser]
public class BatchBenchmarks : IDisposable
{
    private const int Ring_packets = 4096;

    private BatchWork? _work;

    [Params(SrtpProfile.AeadAes128Gcm, SrtpProfile.AeadAes256Gcm, SrtpProfile.Aes128CmHmacSha1_80)]
    public SrtpProfile Profile { get; set; }

    [Params(16, 32)]
    public int Keys { get; set; }

    [GlobalSetup]
    public void SetUp() => _work = new BatchWork(Profile, mki_bytes: 8, payload_bytes: 160, Ring_packets, Keys);

    [IterationSetup(Target = nameof(UnprotectBatch))]
    public void PrepareProtected() => FanOut();

    [Benchmark(OperationsPerInvoke = Ring_packets)]
    public void FanOut() => _work!.Protect();

    [Benchmark(OperationsPerInvoke = Ring_packets)]
    public void UnprotectBatch() => _work!.Unprotect();

    [GlobalCleanup]
    public void Dispose()
    {
        _work?.Dispose();
        GC.SuppressFinalize(this);
    }
}
