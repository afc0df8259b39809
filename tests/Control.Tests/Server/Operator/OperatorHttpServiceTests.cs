using System.Net;
using System.Text.Json;
using MediaEngine.Server;

namespace MediaEngine.Control.Tests.Server;

[System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
public sealed class OperatorHttpServiceTests
{
    private const string FloorOfFire = "/v1/calls/sip%3Afire%40mcx.example/floor";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Only_the_owner_may_connect()
    {
        await using OperatorScene scene = await new OperatorScene().StartedAsync();
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(scene.Path));
        Assert.Equal([scene.Path], Directory.GetFileSystemEntries(Path.GetDirectoryName(scene.Path)!));
    }

    [Theory]
    [InlineData("/", "/v1/calls/GROUP/floor")]
    [InlineData("/v1/calls/", "/v1/calls/GROUP/floor")]
    [InlineData("/v1/calls//floor", "/v1/calls/GROUP/floor")]
    [InlineData("/v1/calls/sip%3Arail%40mcx.example/floor", "no call is up on sip:rail@mcx.example; /v1/calls (mcx floor) lists the calls")]
    public async Task What_is_not_there_is_a_problem_with_a_way_out(string resource, string detail)
    {
        await using OperatorScene scene = await new OperatorScene().StartedAsync();
        (HttpResponseMessage response, JsonElement body) = await scene.GetAsync(resource);
        Assert.Equal(HttpStatusCode.NotFound, response.StatusCode);
        Assert.Equal("application/problem+json", response.Content.Headers.ContentType?.MediaType);
        Assert.Equal(404, body.GetProperty("status").GetInt32());
        Assert.Contains(detail, body.GetProperty("detail").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Nothing_can_be_changed()
    {
        await using OperatorScene scene = await new OperatorScene().StartedAsync();
        (HttpResponseMessage response, _) = await scene.GetAsync("/v1/calls", HttpMethod.Delete);
        Assert.Equal(HttpStatusCode.MethodNotAllowed, response.StatusCode);
        Assert.Equal(["GET"], response.Content.Headers.Allow);
    }

    [Fact]
    public async Task A_fault_answers_500_and_the_service_goes_on()
    {
        await using OperatorScene scene = await new OperatorScene().StartedAsync();
        (HttpResponseMessage response, JsonElement body) = await scene.GetAsync("/v1/health");
        Assert.Equal(HttpStatusCode.InternalServerError, response.StatusCode);
        Assert.DoesNotContain("made to fail", body.GetRawText(), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.NotFound, (await scene.GetAsync("/")).Response.StatusCode);
    }

    [Fact]
    public async Task A_stream_is_alive_while_nothing_happens_and_ends_with_the_call()
    {
        await using OperatorScene scene = await new OperatorScene(TimeSpan.FromMilliseconds(20)).StartedAsync();
        using HttpResponseMessage response = await scene.OpenAsync(FloorOfFire);
        Assert.Equal("application/x-ndjson", response.Content.Headers.ContentType?.MediaType);
        using var lines = new StreamReader(await response.Content.ReadAsStreamAsync(Cancellation));
        OperatorLine alive = Parse(await lines.ReadLineAsync(Cancellation));
        Assert.Equal((OperatorLine.AliveEvent, null), (alive.Event, alive.Floor));
        scene.Floors.CallNotFound(0x1f);
        OperatorLine last = Parse(await lines.ReadLineAsync(Cancellation));
        while (last.Event == OperatorLine.AliveEvent)
            last = Parse(await lines.ReadLineAsync(Cancellation));
        Assert.Equal((OperatorFloorState.Ended, OperatorScene.Fire, "1f"), (last.Floor!.State, last.Floor.Group, last.Floor.Call));
        Assert.Null(await lines.ReadLineAsync(Cancellation));
    }

    [Fact]
    public async Task Only_so_many_readers_are_served_and_one_that_goes_makes_room()
    {
        await using OperatorScene scene = await new OperatorScene(TimeSpan.FromMilliseconds(20)).StartedAsync();
        var open = new List<HttpResponseMessage>();
        for (int i = 0; i < OperatorHttpService.MaxStreams; i++)
            open.Add(await scene.OpenAsync(FloorOfFire));
        Assert.Equal([(0x1ful, true)], scene.Watched);
        (HttpResponseMessage refused, JsonElement body) = await scene.GetAsync(FloorOfFire);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, refused.StatusCode);
        Assert.Contains("16 readers", body.GetProperty("detail").GetString(), StringComparison.Ordinal);
        open[0].Dispose();
        HttpResponseMessage next = await scene.OpenAsync(FloorOfFire);
        for (int i = 0; i < 500 && next.StatusCode != HttpStatusCode.OK; i++)
        {
            next.Dispose();
            await Task.Delay(10, Cancellation);
            next = await scene.OpenAsync(FloorOfFire);
        }
        Assert.Equal(HttpStatusCode.OK, next.StatusCode);
        next.Dispose();
        open.ForEach(stream => stream.Dispose());
        for (int i = 0; i < 500 && scene.Watched[^1].On; i++)
            await Task.Delay(10, Cancellation);
        Assert.Equal((0x1ful, false), scene.Watched[^1]);
    }

    [Fact]
    public async Task Calls_are_listed_also_when_the_media_plane_does_not_tell_their_floor()
    {
        await using OperatorScene scene = await new OperatorScene().StartedAsync();
        Task<(HttpResponseMessage Response, JsonElement Body)> asked = scene.GetAsync("/v1/calls");
        OperatorCallList list = (await asked).Body.Deserialize<OperatorCallList>(OperatorJson.Options)!;
        OperatorCall call = Assert.Single(list.Calls);
        Assert.Equal((OperatorScene.Fire, "1f", null), (call.Group, call.Call, call.Floor));
        Assert.Equal(["sip:alice@mcx.example"], call.Participants);
    }

    [Fact]
    public async Task A_reader_that_is_slow_finds_the_newest_of_each_call()
    {
        var feed = new FloorFeed();
        for (int i = 0; i < 1000; i++)
            feed.Offer((ulong)(i % 2), Floor($"{i}"));
        IReadOnlyList<OperatorFloor> floors = await feed.ReadAsync(TimeSpan.FromSeconds(10), Cancellation);
        Assert.Equal(["998", "999"], floors.Select(floor => floor.Call).Order());
        Assert.Empty(await feed.ReadAsync(TimeSpan.FromMilliseconds(1), Cancellation));

        static OperatorFloor Floor(string call) => new("sip:g@x", call, DateTimeOffset.UnixEpoch, OperatorFloorState.Idle, [], [], []);
    }

    private static OperatorLine Parse(string? line) => JsonSerializer.Deserialize<OperatorLine>(line!, OperatorJson.Options)!;
}
