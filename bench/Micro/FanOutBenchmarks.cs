using BenchmarkDotNet.Attributes;
using MediaEngine.Srtp;

namespace MediaEngine.Bench.Micro;

/// <summary>One packet to a thousand keys, which do not stay in the first-level cache; per receiver.</summary>
[MemoryDiagnoser]
public class FanOutBenchmarks : IDisposable
{
    private const int Keys = 1000;

    private BatchWork? _work;

    [Params(SrtpProfile.AeadAes128Gcm, SrtpProfile.AeadAes256Gcm, SrtpProfile.Aes128CmHmacSha1_80)]
    public SrtpProfile Profile { get; set; }

    [Params(160, 1200)]
    public int Payload_bytes { get; set; }

    [GlobalSetup]
    public void SetUp() => _work = new BatchWork(Profile, mki_bytes: 8, Payload_bytes, slots: 512, Keys);

    [Benchmark(OperationsPerInvoke = Keys)]
    public void FanOut() => _work!.Protect();

    [GlobalCleanup]
    public void Dispose()
    {
        _work?.Dispose();
        GC.SuppressFinalize(this);
    }
}
