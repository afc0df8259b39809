namespace MediaEngine.Interop.Tests;

/// <summary>Tests of what one run of the demo left behind.</summary>
[CollectionDefinition(nameof(DemoCapture))]
public sealed class DemoCapture : ICollectionFixture<DemoRun>;
