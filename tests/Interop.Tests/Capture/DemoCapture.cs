namespace MediaEngine.Interop.Tests;

/// <summary>Tests of what one run of the demo left behind.</summary>
[CollectionDefinition(nameof(DemoCapture), DisableParallelization = true)]
public sealed class DemoCapture : ICollectionFixture<DemoRun>;
